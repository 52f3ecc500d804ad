-- Empties what users made and keeps what the server made for itself at its start.
-- Waits for statements in flight, up to a limit, then ends the connections that are in the way:
-- the server's pool opens new ones.
-- Few rows are deleted, in a quarter of the time: truncating makes new files for all tables and their indexes.
set lock_timeout = '2s';
set statement_timeout = '20s';
set session_replication_role = replica; -- all tables that refer to each other are emptied together
do $$
declare
    emptied text[];
    one text;
    size bigint;
begin
    select array_agg(format('%I', tablename) order by tablename),
           sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass))
        into emptied, size
    from pg_tables
    where schemaname = 'public'
      and tablename not in ('alembic_version', 'organizations', 'users', 'providers', 'provider_models',
                            'tools', 'sandbox_configs');
    if emptied is null then
        raise exception 'the schema is not there yet';
    end if;
    for attempt in 1..5 loop
        begin
            execute 'lock ' || array_to_string(emptied, ', ');
            if size > 16 * 1024 * 1024 then
                execute 'truncate ' || array_to_string(emptied, ', ');
            else
                foreach one in array emptied loop
                    execute 'delete from ' || one;
                end loop;
            end if;
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
