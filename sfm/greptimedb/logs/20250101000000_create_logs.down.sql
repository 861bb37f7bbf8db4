DROP TABLE app_logs;
