-- A task whose page was confirmed to be as another task's waits for that one.
ALTER TABLE ledger ADD COLUMN awaits_task_id text COLLATE "C";
ALTER TABLE ledger ADD COLUMN awaits_reason text;
CREATE INDEX ledger_awaiting ON ledger (awaits_task_id)
  WHERE awaits_task_id IS NOT NULL;
