CREATE STREAMING TABLE view_ids AS SELECT output.id FROM STREAM view;
CREATE STREAMING TABLE view_names AS SELECT output.id, output.name FROM STREAM view;
