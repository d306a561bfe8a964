-- Configuration: entities as JSON bodies, the revision they are as of, and what changed them.

-- One row: the newest revision, and the digest of all configuration as of it. Updated in the transaction
-- that changes something. The cell names this database for ever, so that copies of another are told apart. The
-- floor is the oldest n of the epoch from which kept deltas still lead to the newest.
create table config_head (
    one integer not null primary key check (one = 1),
    cell blob not null,
    epoch integer not null,
    n integer not null,
    root blob not null,
    floor integer not null
) strict;
insert into config_head (one, cell, epoch, n, root, floor) values (1, randomblob(16), 1, 0, zeroblob(32), 0);

create table instances (
    no integer not null primary key,
    id blob not null unique,
    name text not null unique,
    region text not null,
    created integer not null,
    mod_epoch integer not null,
    mod_n integer not null,
    digest blob not null
) strict;
create index instances_by_revision on instances (mod_epoch, mod_n);

create table config_entities (
    instance_no integer not null references instances (no),
    kind text not null,
    id blob not null,
    name_key text not null,
    body text not null,
    rev_epoch integer not null,
    rev_n integer not null,
    primary key (instance_no, kind, id),
    unique (instance_no, kind, name_key)
) strict;

-- Append-only. Bodies without secrets; null before an entity existed and after it is gone. `was` is the revision
-- that changed the entity before, so that the past can be put together again.
create table config_log (
    epoch integer not null,
    n integer not null,
    instance_no integer not null,
    kind text not null,
    id blob not null,
    at integer not null,
    author text not null,
    reason text not null,
    was_epoch integer,
    was_n integer,
    before text,
    after text,
    primary key (epoch, n, instance_no, kind, id)
) strict;
create index config_log_by_instance on config_log (instance_no, epoch, n);

-- What belongs to the server and not to an instance, such as signing keys.
create table settings (
    name text not null primary key,
    value text not null
) strict;
