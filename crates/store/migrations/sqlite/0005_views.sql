-- What the pages of alerts look up.

-- Lists of one person's or one group's alerts. The instance comes second: else SQLite would take them for what is
-- asked by alert, and read all of an instance.
create index notifications_by_person on notifications (person_id, instance_no, alert_id);
create index notifications_by_group on notifications (group_id, instance_no, alert_id)
  where group_id is not null;
-- How many were resolved since.
create index alerts_closed on alerts (instance_no, closed_at) where closed_at is not null;
-- What changed since: ids rise with time.
create index timeline_by_time on timeline (instance_no, id, alert_id);

-- A person's kept filters of the list of alerts.
create table saved_views (
  instance_no integer not null,
  person_id blob not null,
  id blob not null,
  name text not null,
  query text not null,
  created_at integer not null,
  primary key (instance_no, person_id, id),
  unique (instance_no, person_id, name)
) strict;
