-- A task whose page was confirmed to be as another task's waits for that one.
ALTER TABLE ledger ADD COLUMN awaits_task_id TEXT;
ALTER TABLE ledger ADD COLUMN awaits_reason TEXT;
CREATE INDEX ledger_awaiting ON ledger (awaits_task_id)
  WHERE awaits_task_id IS NOT NULL;
