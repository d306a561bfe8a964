-- The configuration plane: what was changed, for replicas; seats; the nodes; the audit; sessions.

-- One row per revision: what replicas need to follow, with the digest of everything after it. Kept for a
-- day; who needs older ones takes a snapshot, and so does who meets an empty payload: it was too large.
create table config_deltas (
    epoch integer not null,
    n integer not null,
    at integer not null,
    payload blob not null,
    root blob not null,
    primary key (epoch, n)
) strict;

-- The ledger: one live row for each held licence.
create table seats (
    instance_no integer not null references instances (no),
    id blob not null,
    licence text not null,
    person blob not null,
    idem_key blob,
    held_epoch integer not null,
    held_n integer not null,
    held_at integer not null,
    released_epoch integer,
    released_n integer,
    released_at integer,
    primary key (instance_no, id)
) strict;
create unique index seats_live on seats (instance_no, person) where released_at is null;
create index seats_held on seats (instance_no, licence) where released_at is null;
create index seats_released on seats (released_at) where released_at is not null;
create unique index seats_idem on seats (instance_no, idem_key) where idem_key is not null;

-- Must always equal the live rows of the ledger.
create table seat_counters (
    instance_no integer not null references instances (no),
    licence text not null,
    held integer not null check (held >= 0),
    over_since integer,
    drift_since integer,
    primary key (instance_no, licence)
) strict;
create index seat_counters_drift on seat_counters (drift_since) where drift_since is not null;

-- Every process that reads configuration, as it last said.
create table nodes (
    id text not null primary key,
    boot blob not null,
    role text not null,
    version text not null,
    state text not null,
    reason text not null,
    applied_epoch integer not null,
    applied_n integer not null,
    proven_epoch integer not null,
    proven_n integer not null,
    root blob not null,
    fingerprint blob not null,
    nack text,
    lease_ms integer not null,
    heard_at integer not null
) strict;

-- Every administrative act, each with the hash of the one before.
create table audit (
    seq integer not null primary key,
    at integer not null,
    instance_no integer,
    actor text not null,
    act text not null,
    subject text not null,
    reason text not null,
    detail text not null,
    epoch integer not null,
    n integer not null,
    prev blob not null,
    hash blob not null
) strict;
create index audit_by_instance on audit (instance_no, seq);

-- One row: the newest entry of the audit, so that entries missing at its end show.
create table audit_head (
    one integer not null primary key check (one = 1),
    seq integer not null,
    hash blob not null
) strict;
insert into audit_head (one, seq, hash) values (1, 0, zeroblob(32));

-- What an operator let pass although a guard would have stopped it.
create table approvals (
    what text not null,
    epoch integer not null,
    n integer not null,
    at integer not null,
    actor text not null,
    reason text not null,
    primary key (what, epoch, n)
) strict;

-- Sessions as they were begun, how often their refresh token was exchanged, and when they were ended before
-- their time. `changed` is when the row was written last: how processes learn of each other's.
create table sessions (
    instance_no integer not null,
    id blob not null,
    kind text not null,
    person blob not null,
    began integer not null,
    expires integer not null,
    address text not null,
    agent text not null,
    generation integer not null,
    rotated integer not null,
    ended integer,
    changed integer not null,
    primary key (instance_no, id, kind)
) strict;
create index sessions_by_person on sessions (instance_no, person, began);
create index sessions_by_expiry on sessions (expires);
create index sessions_by_change on sessions (changed, instance_no, id, kind);
