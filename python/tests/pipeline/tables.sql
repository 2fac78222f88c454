CREATE STREAMING TABLE view_ids USING json AS SELECT output.id FROM STREAM view;
CREATE STREAMING TABLE view_names USING json AS SELECT output.id, output.name FROM STREAM view;
