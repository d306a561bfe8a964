-- What came in through each integration, newest first.
create index events_by_integration on events (instance_no, integration_id, id);
