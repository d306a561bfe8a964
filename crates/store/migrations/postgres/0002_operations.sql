-- The operations plane: everything here is keyed by the instance's number first.

-- Accepted events that are not processed yet: one row per group commit.
create table journal (
  seq bigserial not null primary key,
  accepted_at bigint not null,
  batch bytea not null
);

-- Journal records that could not be read: set aside so that nothing waits behind them, and nothing is lost.
create table journal_damaged (
  seq bigint not null primary key,
  accepted_at bigint not null,
  batch bytea not null
);

-- Which process may process; the newest starter wins, the older one notices at its next write.
create table engine (
  one bigint not null primary key,
  epoch bigint not null,
  owner text not null,
  started_at bigint not null
);

create table alert_counters (
  instance_no bigint not null primary key,
  last bigint not null
);

create table shift_counters (
  instance_no bigint not null,
  shift_id bytea not null,
  alerts bigint not null,
  primary key (instance_no, shift_id)
);

create table events (
  instance_no bigint not null,
  id bytea not null,
  request_id bytea not null,
  integration_id bytea not null,
  received_at bigint not null,
  action text not null,
  dedup_key text,
  alert_id bytea,
  fate bigint not null,
  rule text,
  summary text not null,
  payload bytea,
  primary key (instance_no, id)
);
create index events_by_alert on events (instance_no, alert_id, id) where alert_id is not null;
create index events_by_fate on events (instance_no, fate, id) where fate >= 4;

create table alerts (
  instance_no bigint not null,
  id bytea not null,
  number bigint not null,
  integration_id bytea not null,
  form_id bytea not null,
  request_id bytea not null,
  dedup_key text,
  state bigint not null,
  priority bigint not null,
  count bigint not null,
  summary text not null,
  properties text not null,
  owner_id bytea,
  created_at bigint not null,
  updated_at bigint not null,
  acknowledged_at bigint,
  closed_at bigint,
  close_cause bigint,
  closed_by bytea,
  expires_at bigint not null,
  primary key (instance_no, id)
);
create unique index alerts_by_number on alerts (instance_no, number);
create unique index alerts_open_key on alerts (instance_no, integration_id, dedup_key)
  where closed_at is null and dedup_key is not null;
create index alerts_open on alerts (instance_no, number) where closed_at is null;
create index alerts_expiring on alerts (expires_at) where closed_at is null;
create index alerts_by_request on alerts (instance_no, request_id, number);

create table escalations (
  instance_no bigint not null,
  alert_id bytea not null,
  shift_id bytea not null,
  group_id bytea not null,
  due_at bigint,
  walk text not null,
  primary key (instance_no, alert_id, shift_id)
);
create index escalations_due on escalations (due_at) where due_at is not null;

create table notifications (
  instance_no bigint not null,
  id bytea not null,
  alert_id bytea not null,
  person_id bytea not null,
  device_id bytea not null,
  group_id bytea,
  shift_id bytea,
  position bigint,
  stands_in_for bytea,
  round bigint not null,
  state bigint not null,
  due_at bigint not null,
  next_at bigint not null,
  leased bigint not null,
  attempts bigint not null,
  created_at bigint not null,
  finished_at bigint,
  primary key (instance_no, id)
);
create index notifications_by_alert on notifications (instance_no, alert_id);
create index notifications_due on notifications (instance_no, next_at) where state = 0;

create table deliveries (
  instance_no bigint not null,
  id bytea not null,
  notification_id bytea not null,
  alert_id bytea not null,
  attempt bigint not null,
  at bigint not null,
  outcome bigint not null,
  provider text not null,
  detail text not null,
  primary key (instance_no, id)
);
create index deliveries_by_alert on deliveries (instance_no, alert_id, id);

create table outbox (
  instance_no bigint not null,
  notification_id bytea not null,
  alert_id bytea not null,
  at bigint not null,
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  primary key (instance_no, notification_id)
);

create table responses (
  instance_no bigint not null,
  id bytea not null,
  alert_id bytea not null,
  notification_id bytea,
  person_id bytea not null,
  option_number bigint not null,
  option_text text not null,
  action text not null,
  contribution text not null,
  comment text,
  via bigint not null,
  at bigint not null,
  standing bigint not null,
  primary key (instance_no, id)
);
create index responses_by_alert on responses (instance_no, alert_id, id);

-- What happened to an alert: one row per alert and transaction, holding that transaction's entries.
create table timeline (
  instance_no bigint not null,
  alert_id bytea not null,
  id bytea not null,
  entries text not null,
  primary key (instance_no, alert_id, id)
);
