-- What reports add up: facts of alerts, by the hour they were opened in, kept after the alerts are gone.

-- One row per hour in which alerts were opened (hours since 1970): what became of each of them. `rev` rises
-- with every change, so that who has the others reads only what is new.
create table report_hours (
    instance_no bigint not null,
    hour bigint not null,
    rev bigint not null,
    facts bytea not null,
    primary key (instance_no, hour)
);
create index report_hours_by_rev on report_hours (instance_no, rev);

-- The small numbers that stand for people, groups and integrations in facts.
create table report_ids (
    instance_no bigint not null,
    n bigint not null,
    id bytea not null,
    primary key (instance_no, n)
);

-- How far the facts have come: forwards, the newest row of timelines
-- that was read; backwards, the oldest hour.
create table report_progress (
    instance_no bigint not null primary key,
    rev bigint not null,
    oldest_hour bigint not null,
    is_complete bigint not null,
    told_id bytea not null
);
