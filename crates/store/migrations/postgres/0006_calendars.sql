-- Addresses under which calendars are read without signing in. The address itself is not kept, only its hash.
-- `subject` is a person's or a group's id; `owner` made the address, and it ends with them.
create table calendar_feeds (
    instance_no bigint not null references instances (no),
    id bytea not null,
    kind text not null,
    subject bytea not null,
    owner bytea not null,
    hash bytea not null,
    created bigint not null,
    primary key (instance_no, id)
);
create unique index calendar_feeds_hash on calendar_feeds (instance_no, hash);
create index calendar_feeds_owner on calendar_feeds (instance_no, owner, created);
