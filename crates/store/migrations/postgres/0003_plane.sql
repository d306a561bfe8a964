-- The configuration plane: what was changed, for replicas; seats; the nodes; the audit; sessions.

-- One row per revision: what replicas need to follow, with the digest of everything after it. Kept for a
-- day; who needs older ones takes a snapshot, and so does who meets an empty payload: it was too large.
create table config_deltas (
    epoch bigint not null,
    n bigint not null,
    at bigint not null,
    payload bytea not null,
    root bytea not null,
    primary key (epoch, n)
);

-- The ledger: one live row for each held licence.
create table seats (
    instance_no bigint not null references instances (no),
    id bytea not null,
    licence text not null,
    person bytea not null,
    idem_key bytea,
    held_epoch bigint not null,
    held_n bigint not null,
    held_at bigint not null,
    released_epoch bigint,
    released_n bigint,
    released_at bigint,
    primary key (instance_no, id)
);
create unique index seats_live on seats (instance_no, person) where released_at is null;
create index seats_held on seats (instance_no, licence) where released_at is null;
create index seats_released on seats (released_at) where released_at is not null;
create unique index seats_idem on seats (instance_no, idem_key) where idem_key is not null;

-- Must always equal the live rows of the ledger.
create table seat_counters (
    instance_no bigint not null references instances (no),
    licence text not null,
    held bigint not null check (held >= 0),
    over_since bigint,
    drift_since bigint,
    primary key (instance_no, licence)
);
create index seat_counters_drift on seat_counters (drift_since) where drift_since is not null;

-- Every process that reads configuration, as it last said.
create table nodes (
    id text not null primary key,
    boot bytea not null,
    role text not null,
    version text not null,
    state text not null,
    reason text not null,
    applied_epoch bigint not null,
    applied_n bigint not null,
    proven_epoch bigint not null,
    proven_n bigint not null,
    root bytea not null,
    fingerprint bytea not null,
    nack text,
    lease_ms bigint not null,
    heard_at bigint not null
);

-- Every administrative act, each with the hash of the one before.
create table audit (
    seq bigint not null primary key,
    at bigint not null,
    instance_no bigint,
    actor text not null,
    act text not null,
    subject text not null,
    reason text not null,
    detail text not null,
    epoch bigint not null,
    n bigint not null,
    prev bytea not null,
    hash bytea not null
);
create index audit_by_instance on audit (instance_no, seq);

-- One row: the newest entry of the audit, so that entries missing at its end show.
create table audit_head (
    one bigint not null primary key check (one = 1),
    seq bigint not null,
    hash bytea not null
);
insert into audit_head (one, seq, hash) values (1, 0, decode(repeat('00', 32), 'hex'));

-- What an operator let pass although a guard would have stopped it.
create table approvals (
    what text not null,
    epoch bigint not null,
    n bigint not null,
    at bigint not null,
    actor text not null,
    reason text not null,
    primary key (what, epoch, n)
);

-- Sessions as they were begun, how often their refresh token was exchanged, and when they were ended before
-- their time. `changed` is when the row was written last: how processes learn of each other's.
create table sessions (
    instance_no bigint not null,
    id bytea not null,
    kind text not null,
    person bytea not null,
    began bigint not null,
    expires bigint not null,
    address text not null,
    agent text not null,
    generation bigint not null,
    rotated bigint not null,
    ended bigint,
    changed bigint not null,
    primary key (instance_no, id, kind)
);
create index sessions_by_person on sessions (instance_no, person, began);
create index sessions_by_expiry on sessions (expires);
create index sessions_by_change on sessions (changed, instance_no, id, kind);
