-- On which days an organisation's administrators were told that a user is in two places at once.
create table two_places (
  organisation_id uuid not null,
  user_id         uuid not null references users (id) on delete cascade,
  day             date not null,
  primary key (organisation_id, user_id, day),
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id)
);
