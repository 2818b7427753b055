-- Whoever has stopped answering says that they are back: that is no choice of a status, so the one that
-- they have stays, whoever has set it, for however long that holds, and whatever became of it meanwhile.

-- Transition: an operator who has missed offers is asked again. Status: back | not_found.
create function come_back(p_organisation uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_suspended_at timestamptz;
begin
  if not lock_operator(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_user, 'not_found', '{}');
  end if;
  select suspended_at into v_suspended_at from operators
   where organisation_id = p_organisation and user_id = p_user;
  if v_suspended_at is not null then
    return tell_outcome(p_organisation, p_user, 'not_found', '{}');
  elsif not has_answered(p_organisation, p_user) then
    return tell_outcome(p_organisation, p_user, 'back', '{}');
  end if;
  return tell_outcome(p_organisation, p_user, 'back', array[operator_event(p_organisation, p_user)], '{}',
    array[p_user]);
end
$$;

select plan_transitions_by_key();
