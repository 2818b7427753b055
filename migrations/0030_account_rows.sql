-- As in 0029, with what whoever adds people must know of the account without administering it.
create or replace view account_rows as
select a.organisation_id, a.id as account_id, a.parent_id, a.name,
       jsonb_build_object(
         'id', a.id,
         'parentId', a.parent_id,
         'kind', a.kind,
         'name', a.name,
         'isActive', a.is_active,
         'language', a.language,
         'timeZone', a.time_zone,
         'colour', a.colour,
         'onboardingMode', a.onboarding_mode,
         'invitationHours', a.invitation_hours,
         'requiresGender', a.requires_gender,
         'liveLimit', live.chat_limit,
         'liveLimitFrom', live.account_id,
         'deferredLimit', deferred.chat_limit,
         'deferredLimitFrom', deferred.account_id,
         'version', a.version,
         'versions', versions_of(a.id)
       ) as row
  from accounts a
 cross join lateral account_limit(a.organisation_id, a.id, 'live') live
 cross join lateral account_limit(a.organisation_id, a.id, 'deferred') deferred;
