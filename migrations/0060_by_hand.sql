-- Two strategies offer a chat to nobody: in one whoever serves the queue picks it from a list, in the
-- other it rings with all of them at once. In both the first who takes it has it (pick_chat).

alter type queue_strategy add value 'ring_all' before 'manual_pick';

create function is_by_hand(p_strategy queue_strategy) returns boolean
language sql immutable as $$
  -- By its name: a value that was added in this transaction may not be used in it.
  select p_strategy::text in ('ring_all', 'manual_pick')
$$;
