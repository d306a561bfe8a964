// Keeps files whose names are hashes of what is in them, and a page that says that there is no connection.
// Pages with content are never kept: what they say must be true when it is read. Release APP_RELEASE.
"use strict";
const FILES = "firebell-files-1";
const FILES_MAX = 60;
const OFFLINE = ["offline", "icon.svg", "assets/APP_STYLE", "assets/APP_SCRIPT"];
const ASSET = /\/assets\/[a-z]+-[0-9a-f]{32}\.[a-z0-9]+$/;

self.addEventListener("install", (event) => {
  const keep = caches.open(FILES).then((cache) => cache.addAll(OFFLINE));
  event.waitUntil(keep.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) =>
    Promise.all(names.filter((name) => name !== FILES).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

async function file(request) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const names = await cache.keys();
    if (names.length >= FILES_MAX) {
      await Promise.all(names.filter((one) => ASSET.test(new URL(one.url).pathname)).map((one) => cache.delete(one)));
    }
    await cache.put(request, answer.clone());
  }
  return answer;
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(FILES);
    const kept = await cache.match("offline");
    if (!kept) throw error;
    return kept;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (ASSET.test(new URL(request.url).pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});
