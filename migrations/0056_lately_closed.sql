-- How a queue has moved lately is read from its chats that closed last.
create index routed_chats_lately on routed_chats (organisation_id, queue_id, closed_at) where state = 'closed';
