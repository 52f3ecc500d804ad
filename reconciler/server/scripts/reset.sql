-- Empties what users made and keeps what the server made for itself at its start.
-- Waits for statements in flight, up to a limit, then ends the connections that are in the way:
-- the server's pool opens new ones.
set lock_timeout = '2s';
set statement_timeout = '20s';
do $$
declare
    emptied text;
begin
    select string_agg(format('%I', tablename), ', ' order by tablename) into emptied
    from pg_tables
    where schemaname = 'public'
      and tablename not in ('alembic_version', 'organizations', 'users', 'providers', 'provider_models',
                            'tools', 'sandbox_configs');
    if emptied is null then
        raise exception 'the schema is not there yet';
    end if;
    for attempt in 1..5 loop
        begin
            execute 'truncate ' || emptied;
            delete from tools where tool_type = 'custom';
            return;
        exception when lock_not_available or deadlock_detected then
            perform pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend';
        end;
    end loop;
    raise exception 'the tables stay locked';
end
$$;
