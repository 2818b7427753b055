-- An organisation full of people, for measuring: $1 the organisation, $2 how many. Names repeat as
-- they do in a real one; every fiftieth is not active, every twentieth leads others.
with
first_names as (select array['Ada','Boris','Chloé','Daan','Elif','Femke','Göran','Hanna','Ivan','Jasmijn','Karl','Lotte','Mila','Noor','Olga','Piet','Quinn','Rosa','Sven','Tess','Umut','Vera','Wout','Xenia','Yusuf','Zoë'] as names),
last_names as (select array['Verbeek','Ivanov','Martin','de Vries','Kaya','Jansen','Lund','Schulz','Petrov','Bos','Weber','Smit','Kovač','Haddad','Smirnova','Mulder','Foster','Silva','Berg','van Dijk','Demir','Novák','Peeters','Laurent','Aydın','Ó Briain','Meyer','Visser','Dubois','Rossi','Costa'] as names),
places as (select array_agg(id order by name) as ids from accounts where organisation_id = $1::uuid),
wanted as (
  select n, gen_random_uuid() as user_id, gen_random_uuid() as membership_id,
         (select names[1 + n % 26] from first_names) as first_name,
         (select names[1 + (n / 26 + n) % 31] || case when n < 806 then '' else ' ' || n / 806 end from last_names) as last_name,
         'person' || n || '.' || substr($1::text, 1, 8) || '@noordzee.example' as email,
         (select ids[1 + n % cardinality(ids)] from places) as account_id,
         case when n % 100 = 7 then 'blocked' when n % 100 = 57 then 'archived' else 'active' end::membership_status as status
    from generate_series(1, $2::int) as n),
made as (
  insert into users (id, login, email, first_name, last_name, language, created_at)
  select user_id, email, email, first_name, last_name, case when n % 3 = 0 then 'nl' else 'en' end, now() - n * interval '1 minute'
    from wanted),
joined as (
  insert into memberships (organisation_id, id, account_id, user_id, status, blocked_at, archived_at, created_at)
  select $1::uuid, membership_id, account_id, user_id, status,
         case when status = 'blocked' then now() end, case when status = 'archived' then now() - interval '3 days' end, now() - n * interval '1 minute'
    from wanted),
granted as (
  insert into grants (organisation_id, user_id, membership_id, role_id, account_id, granted_by)
  select $1::uuid, w.user_id, w.membership_id, r.id, w.account_id, w.user_id
    from wanted w
    join roles r on r.organisation_id = $1::uuid and r.key = case when w.n % 20 = 3 then 'supervisor' else 'agent' end),
placed as (
  insert into department_members (organisation_id, department_id, membership_id, position)
  select $1::uuid, d.ids[1 + w.n % cardinality(d.ids)], w.membership_id, case when w.n % 4 = 0 then 'Senior operator' end
    from wanted w, (select array_agg(id order by name) as ids from departments where organisation_id = $1::uuid) d),
skilled as (
  insert into user_skills (organisation_id, user_id, skill_id, level)
  select $1::uuid, w.user_id, s.ids[1 + (w.n + step * 3) % cardinality(s.ids)], 1 + w.n % 5
    from wanted w, generate_series(0, 1) as step, (select array_agg(id order by name) as ids from skills where organisation_id = $1::uuid) s),
working as (
  insert into operators (organisation_id, user_id, availability_since, connection_since)
  select $1::uuid, user_id, now(), now() from wanted),
loaded as (
  insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_at)
  select $1::uuid, w.user_id, k.kind::chat_kind, 1 + (w.n + k.more) % 6, now()
    from wanted w, (values ('live', 0), ('deferred', 3)) as k (kind, more))
insert into queue_members (organisation_id, queue_id, user_id)
select $1::uuid, q.ids[1 + (w.n + step * 5) % cardinality(q.ids)], w.user_id
  from wanted w, generate_series(0, 1) as step, (select array_agg(id order by name) as ids from queues where organisation_id = $1::uuid) q
