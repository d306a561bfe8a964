-- Configuration: entities as JSON bodies, the revision they are as of, and what changed them.

-- One row: the newest revision. Updated in the transaction that changes something.
create table config_head (
    one bigint not null primary key check (one = 1),
    epoch bigint not null,
    n bigint not null
);
insert into config_head (one, epoch, n) values (1, 1, 0);

create table instances (
    no bigint not null primary key,
    id bytea not null unique,
    name text not null unique,
    region text not null,
    created bigint not null,
    mod_epoch bigint not null,
    mod_n bigint not null
);

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

-- Append-only. Bodies without secrets; null before an entity existed and after it is gone.
create table config_log (
    epoch bigint not null,
    n bigint not null,
    instance_no bigint not null,
    kind text not null,
    id bytea not null,
    at bigint not null,
    author text not null,
    reason text not null,
    before text,
    after text,
    primary key (epoch, n, kind, id)
);
create index config_log_by_instance on config_log (instance_no, epoch, n);

-- What belongs to the server and not to an instance, such as signing keys.
create table settings (
    name text not null primary key,
    value text not null
);
