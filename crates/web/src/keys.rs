//! One's own API keys: with one, a program may do what its owner may.
//!
//! A new key outlives sessions and passwords, so making one needs the password: a browser that was left open
//! must not become the account. The secret is shown once, in the answer that makes it, and never kept.

use askama::Template;
use axum::extract::{FromRequest as _, Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::keys::{api_key_user, new_api_secret};
use firebell_base::Id;
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::credential::{ApiKey, ApiKeyId};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::Name;
use firebell_ui::part::{Button, Faults, Field, Notice, Tabs};
use firebell_ui::{Answer, Area, Form, Frame, Say, Visit, When, page_with, write};

use crate::account::tabs;
use crate::password::known;
use crate::seen::shown;
use crate::words::WORDS;

/// Where the list is, from the root.
const LIST: &str = "account/keys";

#[derive(Debug, Template)]
#[template(path = "keys.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    line: String,
    notice: Option<Notice>,
    faults: Faults,
    rows: Vec<Row>,
    fields: Vec<Field>,
}

/// A key in the list.
#[derive(Debug)]
struct Row {
    name: String,
    user: String,
    created: When,
    used: Option<When>,
    unused: String,
    revoke: Button,
}

/// A key that was just made. Its `Debug` must not be derived: it holds the secret.
#[derive(Template)]
#[template(path = "key.html")]
struct Made {
    frame: Frame,
    t: Say,
    notice: Notice,
    user: String,
    secret: firebell_base::Secret,
    both: firebell_base::Secret,
    done: Button,
}

/// `GET /account/keys`
pub(crate) async fn show(visit: Visit) -> Response {
    let faults = Faults::new(visit.say(&WORDS));
    laid_out(&visit, StatusCode::OK, "", (None, faults))
}

/// `POST /account/keys`
pub(crate) async fn create(visit: Visit, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let mut again = Request::new(body);
    again.headers_mut().clone_from(&parts.headers);
    let form = Form::from_request(again, &()).await?;
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    let entered = form.text("name");
    let name = Name::parse(entered);
    if name.is_err() {
        faults.add("name", t.get("web-key-name-bad"));
    }
    let mut notice = None;
    if form.raw("current").is_empty() {
        faults.add("current", t.get("web-key-password"));
    } else if faults.is_empty()
        && let Err(trouble) = known(&visit, &parts, form.raw("current")).await
    {
        if trouble.status == StatusCode::FORBIDDEN {
            faults.add("current", t.get("web-password-current-wrong"));
        } else {
            notice = Some((trouble.status, trouble.notice));
        }
    }
    let (Ok(name), true, true) = (name, faults.is_empty(), notice.is_none()) else {
        let (status, notice) = notice.map_or_else(
            || (StatusCode::UNPROCESSABLE_ENTITY, None),
            |(status, notice)| (status, Some(notice)),
        );
        return Ok(laid_out(&visit, status, entered, (notice, faults)));
    };
    let made = new_api_secret(&visit.ui.random);
    let id = Id::new(&visit.ui.random, visit.now);
    let key = ApiKey {
        id,
        owner: visit.person.id,
        name: name.clone(),
        secret_hash: made.hash,
        created: visit.now,
    };
    let asker = visit.asker();
    let decide = move |directory: &Directory| {
        // Nobody who was switched off meanwhile gets a key that works once they are back.
        asker.principal(directory)?;
        Ok::<_, Wrong>(vec![Change::Put(Entity::ApiKey(key.clone()))])
    };
    let author = visit.author("own API key made");
    match visit.ui.authority.change(visit.claims.instance, &author, visit.now, decide).await {
        Ok(_) => Ok(shown_once(&visit, &name, id, made.secret)),
        Err(error) => {
            let fault = write::fault(&visit, error);
            for (field, message) in fault.fields {
                faults.add(if field == "name" { "name" } else { "" }, message);
            }
            let notice = Notice::wrong(t.get("web-key-not-made"), fault.text);
            Ok(laid_out(&visit, fault.status, entered, (Some(notice), faults)))
        }
    }
}

fn shown_once(visit: &Visit, name: &Name, id: ApiKeyId, secret: firebell_base::Secret) -> Response {
    let (t, user) = (visit.say(&WORDS), api_key_user(id));
    let title = t.a("web-key-made", &[("name", &shown(name.as_str()))]);
    let page = Made {
        frame: visit.frame(title.clone(), Area::Account),
        notice: Notice::good(title, t.get("web-key-made-text")),
        both: firebell_base::Secret::new(format!("{user}:{}", secret.expose())),
        done: Button::link(t.get("web-key-done"), visit.href(LIST)).main(),
        user,
        secret,
        t,
    };
    page_with(StatusCode::OK, &page)
}

/// `POST /account/keys/{key}/revoke`
pub(crate) async fn revoke(visit: Visit, Path(id): Path<String>) -> Answer {
    let t = visit.say(&WORDS);
    let id: Option<ApiKeyId> = id.parse().ok();
    let found = id.and_then(|id| visit.directory.api_key(id));
    let found = found.filter(|key| key.owner == visit.person.id).cloned();
    let key = found.ok_or_else(|| visit.missing(&t.get("web-key-this")))?;
    let subject = key.id.to_bytes();
    let decide = move |_: &Directory| Ok::<_, Wrong>(vec![Change::Remove(Kind::ApiKey, subject)]);
    let author = visit.author("own API key revoked");
    let changed = visit.ui.authority.change(visit.claims.instance, &author, visit.now, decide);
    changed.await.map_err(|error| visit.refused(error))?;
    let text = t.a("web-key-revoked", &[("name", &shown(key.name.as_str()))]);
    Ok(visit.toast(visit.lead(LIST), text))
}

fn laid_out(
    visit: &Visit,
    status: StatusCode,
    name: &str,
    (notice, faults): (Option<Notice>, Faults),
) -> Response {
    let t = visit.say(&WORDS);
    let door = &visit.ui.authenticator;
    let own = visit.directory.api_keys().filter(|key| key.owner == visit.person.id);
    let row = |key: &std::sync::Arc<ApiKey>| {
        let name = shown(key.name.as_str());
        let action = visit.href(&format!("{LIST}/{}/revoke", key.id));
        Row {
            user: api_key_user(key.id),
            created: visit.when(key.created),
            used: door.key_used(key.id).map(|at| visit.when(at)),
            unused: t.get("web-key-unused"),
            revoke: Button::post(t.get("web-key-revoke"), action)
                .small()
                .label(t.a("web-key-revoke-of", &[("name", &name)])),
            name,
        }
    };
    let mut rows: Vec<Row> = own.map(row).collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let fields = vec![
        Field::text("name", t.get("web-key-name"))
            .value(name)
            .hint(t.get("web-key-name-hint"))
            .error(faults.of("name"))
            .max(100)
            .required(),
        Field::password("current", t.get("web-password-current"))
            .hint(t.get("web-password-current-hint"))
            .error(faults.of("current"))
            .autocomplete("current-password")
            .max(1024)
            .required(),
    ];
    let page = Page {
        frame: visit.frame(t.get("web-keys"), Area::Account),
        tabs: tabs(visit, LIST),
        line: t.n("web-keys-line", rows.len()),
        notice,
        faults,
        rows,
        fields,
        t,
    };
    page_with(status, &page)
}
