-- What is known of people's devices besides their configuration: since when somebody has shown that what is sent
-- to this very address arrives, the code that is out for it, and the last message that was sent to try it.
-- `address` is a digest: another address is another one to verify.
create table device_checks (
    instance_no integer not null,
    device blob not null,
    person blob not null,
    address blob not null,
    verified integer,
    code blob,
    code_until integer,
    failures integer not null,
    tried integer,
    outcome integer not null,
    detail text not null,
    primary key (instance_no, device)
) strict;
create index device_checks_by_person on device_checks (instance_no, person);

-- How many such messages a person had sent in the hour that began at `began`.
create table device_sends (
    instance_no integer not null,
    person blob not null,
    began integer not null,
    sent integer not null,
    last integer not null,
    primary key (instance_no, person)
) strict;
