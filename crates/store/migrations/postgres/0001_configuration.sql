-- Configuration: entities as JSON bodies, the revision they are as of, and what changed them.

-- One row: the newest revision, and the digest of all configuration as of it. Updated in the transaction
-- that changes something. The cell names this database for ever, so that copies of another are told apart. The
-- floor is the oldest n of the epoch from which kept deltas still lead to the newest.
create table config_head (
    one bigint not null primary key check (one = 1),
    cell bytea not null,
    epoch bigint not null,
    n bigint not null,
    root bytea not null,
    floor bigint not null
);
insert into config_head (one, cell, epoch, n, root, floor) values (1, decode(md5(random()::text || clock_timestamp()::text), 'hex'), 1, 0, decode(repeat('00', 32), 'hex'), 0);

create table instances (
    no bigint not null primary key,
    id bytea not null unique,
    name text not null unique,
    region text not null,
    created bigint not null,
    mod_epoch bigint not null,
    mod_n bigint not null,
    digest bytea not null
);
create index instances_by_revision on instances (mod_epoch, mod_n);

create table config_entities (
    instance_no bigint not null references instances (no),
    kind text not null,
    id bytea not null,
    name_key text not null,
    body text not null,
    rev_epoch bigint not null,
    rev_n bigint not null,
    primary key (instance_no, kind, id),
    unique (instance_no, kind, name_key)
);

-- Append-only. Bodies without secrets; null before an entity existed and after it is gone. `was` is the revision
-- that changed the entity before, so that the past can be put together again.
create table config_log (
    epoch bigint not null,
    n bigint not null,
    instance_no bigint not null,
    kind text not null,
    id bytea not null,
    at bigint not null,
    author text not null,
    reason text not null,
    was_epoch bigint,
    was_n bigint,
    before text,
    after text,
    primary key (epoch, n, instance_no, kind, id)
);
create index config_log_by_instance on config_log (instance_no, epoch, n);

-- What belongs to the server and not to an instance, such as signing keys.
create table settings (
    name text not null primary key,
    value text not null
);
