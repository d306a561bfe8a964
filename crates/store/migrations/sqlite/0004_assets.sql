-- Files of pages, by a name made from their content.
create table assets (
    name text not null primary key,
    content_type text not null,
    body blob not null,
    -- When a process of this release began last.
    had_at integer not null
) strict;
