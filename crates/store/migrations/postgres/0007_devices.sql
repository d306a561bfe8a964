-- What is known of people's devices besides their configuration: since when somebody has shown that what is sent
-- to this very address arrives, the code that is out for it, and the last message that was sent to try it.
-- `address` is a digest: another address is another one to verify.
create table device_checks (
    instance_no bigint not null,
    device bytea not null,
    person bytea not null,
    address bytea not null,
    verified bigint,
    code bytea,
    code_until bigint,
    failures bigint not null,
    tried bigint,
    outcome bigint not null,
    detail text not null,
    primary key (instance_no, device)
);
create index device_checks_by_person on device_checks (instance_no, person);

-- How many such messages a person had sent in the hour that began at `began`.
create table device_sends (
    instance_no bigint not null,
    person bytea not null,
    began bigint not null,
    sent bigint not null,
    last bigint not null,
    primary key (instance_no, person)
);
