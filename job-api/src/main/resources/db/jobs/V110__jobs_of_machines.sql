-- Which jobs ran on a machine: an executor's by its number, another scheduler's by the name too.
CREATE INDEX subjob_machine ON subjob (node, machine, id);
