-- The operations plane: everything here is keyed by the instance's number first.

-- Accepted events that are not processed yet: one row per group commit.
create table journal (
  seq integer not null primary key autoincrement,
  accepted_at integer not null,
  batch blob not null
) strict;

-- Journal records that could not be read: set aside so that nothing waits behind them, and nothing is lost.
create table journal_damaged (
  seq integer not null primary key,
  accepted_at integer not null,
  batch blob not null
) strict;

-- Which process may process; the newest starter wins, the older one notices at its next write.
create table engine (
  one integer not null primary key,
  epoch integer not null,
  owner text not null,
  started_at integer not null
) strict;

create table alert_counters (
  instance_no integer not null primary key,
  last integer not null
) strict;

create table shift_counters (
  instance_no integer not null,
  shift_id blob not null,
  alerts integer not null,
  primary key (instance_no, shift_id)
) strict;

create table events (
  instance_no integer not null,
  id blob not null,
  request_id blob not null,
  integration_id blob not null,
  received_at integer not null,
  action text not null,
  dedup_key text,
  alert_id blob,
  fate integer not null,
  rule text,
  summary text not null,
  payload blob,
  primary key (instance_no, id)
) strict;
create index events_by_alert on events (instance_no, alert_id, id) where alert_id is not null;
create index events_by_fate on events (instance_no, fate, id) where fate >= 4;

create table alerts (
  instance_no integer not null,
  id blob not null,
  number integer not null,
  integration_id blob not null,
  form_id blob not null,
  request_id blob not null,
  dedup_key text,
  state integer not null,
  priority integer not null,
  count integer not null,
  summary text not null,
  properties text not null,
  owner_id blob,
  created_at integer not null,
  updated_at integer not null,
  acknowledged_at integer,
  closed_at integer,
  close_cause integer,
  closed_by blob,
  expires_at integer not null,
  primary key (instance_no, id)
) strict;
create unique index alerts_by_number on alerts (instance_no, number);
create unique index alerts_open_key on alerts (instance_no, integration_id, dedup_key)
  where closed_at is null and dedup_key is not null;
create index alerts_open on alerts (instance_no, number) where closed_at is null;
create index alerts_expiring on alerts (expires_at) where closed_at is null;
create index alerts_by_request on alerts (instance_no, request_id, number);

create table escalations (
  instance_no integer not null,
  alert_id blob not null,
  shift_id blob not null,
  group_id blob not null,
  due_at integer,
  walk text not null,
  primary key (instance_no, alert_id, shift_id)
) strict;
create index escalations_due on escalations (due_at) where due_at is not null;

create table notifications (
  instance_no integer not null,
  id blob not null,
  alert_id blob not null,
  person_id blob not null,
  device_id blob not null,
  group_id blob,
  shift_id blob,
  position integer,
  stands_in_for blob,
  round integer not null,
  state integer not null,
  due_at integer not null,
  next_at integer not null,
  leased integer not null,
  attempts integer not null,
  created_at integer not null,
  finished_at integer,
  primary key (instance_no, id)
) strict;
create index notifications_by_alert on notifications (instance_no, alert_id);
create index notifications_due on notifications (instance_no, next_at) where state = 0;

create table deliveries (
  instance_no integer not null,
  id blob not null,
  notification_id blob not null,
  alert_id blob not null,
  attempt integer not null,
  at integer not null,
  outcome integer not null,
  provider text not null,
  detail text not null,
  primary key (instance_no, id)
) strict;
create index deliveries_by_alert on deliveries (instance_no, alert_id, id);

create table outbox (
  instance_no integer not null,
  notification_id blob not null,
  alert_id blob not null,
  at integer not null,
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  primary key (instance_no, notification_id)
) strict;

create table responses (
  instance_no integer not null,
  id blob not null,
  alert_id blob not null,
  notification_id blob,
  person_id blob not null,
  option_number integer not null,
  option_text text not null,
  action text not null,
  contribution text not null,
  comment text,
  via integer not null,
  at integer not null,
  standing integer not null,
  primary key (instance_no, id)
) strict;
create index responses_by_alert on responses (instance_no, alert_id, id);

-- What happened to an alert: one row per alert and transaction, holding that transaction's entries.
create table timeline (
  instance_no integer not null,
  alert_id blob not null,
  id blob not null,
  entries text not null,
  primary key (instance_no, alert_id, id)
) strict;
