-- Files of pages, by a name made from their content.
create table assets (
    name text not null primary key,
    content_type text not null,
    body bytea not null,
    -- When a process of this release began last.
    had_at bigint not null
);
