-- SQL reads the stream of the Python file as it reads any table.
CREATE STREAMING TABLE pushes AS SELECT id, actor.login, created_at FROM STREAM events WHERE type = 'PushEvent';

CREATE MATERIALIZED VIEW actors AS SELECT actor.login, count(*) AS events FROM events GROUP BY actor.login;
