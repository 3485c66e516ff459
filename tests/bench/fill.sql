-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Fills an empty, migrated database; run by generator.py, as superuser, a step at a time. What it
-- draws depends only on a desk's seed and the number of the person or visit in it. Before it there
-- are bench.desk, bench.name, bench.origin and bench.day; words after a colon are put in as text.

-- step: Sportelli
INSERT INTO network (id, slug, name, closing_days, created_at)
SELECT md5('network ' || network)::uuid, 'rete-' || network, 'Rete ' || network, NULL, :'founded'
FROM bench.desk GROUP BY network;
INSERT INTO desk (id, network_id, slug, name, short_name, created_at)
SELECT id, md5('network ' || network)::uuid, slug, 'Sportello ' || slug, slug, :'founded' FROM bench.desk;
INSERT INTO account (id, email, name, created_at)
SELECT md5('account ' || slug)::uuid, slug || '@sportelli.example', 'Operatore di ' || slug, :'founded'
FROM bench.desk;
INSERT INTO membership (id, account_id, desk_id, role, created_at, last_used_at)
SELECT md5('member ' || slug)::uuid, md5('account ' || slug)::uuid, id, 'operator', :'founded', :'founded'
FROM bench.desk;
INSERT INTO login_session (token_hash, account_id, created_at, seen_at)
SELECT sha256(slug::bytea), md5('account ' || slug)::uuid, :'founded', :'founded' FROM bench.desk;

-- step: Estrazione delle persone
CREATE FUNCTION bench.draw(key bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (hashint8extended(key, salt) & 1073741823) / 1073741824.0::float8 $$;
CREATE FUNCTION bench.is_woman(key bigint) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT bench.draw(key, 2) < 0.5 $$;
CREATE FUNCTION bench.sex(key bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT CASE WHEN bench.draw(key, 3) < 0.970 THEN CASE WHEN bench.is_woman(key) THEN 'F' ELSE 'M' END
    WHEN bench.draw(key, 3) < 0.974 THEN 'X' END
$$;
CREATE FUNCTION bench.rank(size int, drawn float8) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT floor(power(size + 1, drawn))::int - 1 $$;
CREATE FUNCTION bench.code(head text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT head || chr(65 + (sum(CASE WHEN i % 2 = 0 THEN value ELSE (ARRAY[1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
    2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23])[value + 1] END) % 26)::int)
FROM (SELECT i, CASE WHEN substr(head, i, 1) < 'A' THEN substr(head, i, 1)::int
    ELSE ascii(substr(head, i, 1)) - 65 END AS value FROM generate_series(1, 15) AS i) AS letters
$$;
CREATE UNLOGGED TABLE bench.person AS
SELECT desk_id, key, md5('person ' || key)::uuid AS id, since, origin,
    origin * :block + bench.rank(:families, bench.draw(key, 4)) AS family,
    origin * :block + :families + CASE WHEN bench.is_woman(key) THEN 0 ELSE :givens END
        + bench.rank(:givens, bench.draw(key, 5)) AS given,
    CASE WHEN bench.draw(key, 6) < 0.995
        THEN 1950 + floor(27 * (bench.draw(key, 7) + bench.draw(key, 8)))::int END AS year,
    CASE WHEN bench.draw(key, 6) < 0.15 THEN 1
        WHEN bench.draw(key, 6) < 0.98 THEN 1 + floor(12 * bench.draw(key, 9))::int END AS month,
    CASE WHEN bench.draw(key, 6) < 0.15 THEN 1
        WHEN bench.draw(key, 6) < 0.98 THEN 1 + floor(28 * bench.draw(key, 10))::int END AS day,
    CASE WHEN bench.draw(key, 11) < 0.6
        THEN '+393' || lpad(floor(1e9 * bench.draw(key, 12))::text, 9, '0') END AS phone
FROM (
    SELECT d.id AS desk_id, d.seed * 1000000 + k AS key, k::float8 / d.people AS since,
        (ARRAY[:slots])[1 + floor(:slot_count * bench.draw(d.seed * 1000000 + k, 1))::int] AS origin
    FROM bench.desk AS d, generate_series(1, d.people) AS k
) AS drawn
ORDER BY since, key;

-- step: Persone
INSERT INTO person (desk_id, id, family_name, given_name, sort_name, sex, birth_year, birth_month, birth_day,
    birth_conventional, birth_state, birth_city, codice_fiscale, codice_fiscale_kind, codice_fiscale_seen,
    permit_kind, permit_expires_on, phone, languages, note, created_at, form_token, version)
SELECT desk_id, id, family_name, given_name, sort_name, sex, year, month, day, conventional, state, '',
    code, CASE WHEN code IS NOT NULL THEN 'alphanumeric' END, false,
    CASE WHEN expires IS NOT NULL THEN 'permit' END, expires, phone, '{}', '',
    :'founded'::timestamptz + since * (:'today'::timestamptz - :'founded'), md5('form ' || id)::uuid, 1
FROM (
    SELECT p.*, f.shown AS family_name, g.shown AS given_name, f.sorted || ' ' || g.sorted AS sort_name,
        bench.sex(key) AS sex, o.state, bench.draw(key, 6) < 0.15 AS conventional,
        CASE WHEN bench.draw(key, 13) < 0.7
            THEN :'today'::date + floor(800 * bench.draw(key, 14))::int - 120 END AS expires,
        CASE WHEN bench.draw(key, 15) < 0.4 AND day IS NOT NULL THEN bench.code(f.code || g.code
            || right(year::text, 2) || substr('ABCDEHLMPRST', month, 1)
            || lpad((day + CASE WHEN bench.is_woman(key) THEN 40 ELSE 0 END)::text, 2, '0') || o.birthplace)
        END AS code
    FROM bench.person AS p JOIN bench.name AS f ON f.id = p.family JOIN bench.name AS g ON g.id = p.given
        JOIN bench.origin AS o ON o.number = p.origin
) AS whole;

-- step: Cittadinanze e residenze
INSERT INTO person_citizenship (desk_id, id, person_id, state_code, is_primary)
SELECT p.desk_id, md5('citizen ' || p.key)::uuid, p.id, o.state, true
FROM bench.person AS p JOIN bench.origin AS o ON o.number = p.origin;
INSERT INTO person_residence (desk_id, id, person_id, kind, comune_code, valid_from)
SELECT desk_id, md5('home ' || key)::uuid, id, 'comune', '046017',
    (:'founded'::timestamptz + since * (:'today'::timestamptz - :'founded'))::date
FROM bench.person WHERE bench.draw(key, 16) < 0.85;

-- step: Parole della ricerca
INSERT INTO person_token (desk_id, kind, token, person_id)
SELECT p.desk_id, left(t.token, 1), substr(t.token, 2), p.id
FROM bench.person AS p JOIN bench.name AS f ON f.id = p.family JOIN bench.name AS g ON g.id = p.given
    JOIN person ON person.desk_id = p.desk_id AND person.id = p.id
CROSS JOIN LATERAL (
    SELECT DISTINCT unnest(f.tokens || g.tokens
        || CASE WHEN p.phone IS NOT NULL THEN ARRAY['w' || substr(p.phone, 2), 'w' || substr(p.phone, 4),
            'w~' || reverse(substr(p.phone, 2))] END
        || CASE WHEN person.codice_fiscale IS NOT NULL THEN (
            SELECT array_agg('w' || substr(lower(person.codice_fiscale), part.first))
            FROM (VALUES (1), (7), (9), (12)) AS part (first)) END
    ) AS token
) AS t;

-- step: Estrazione degli accessi
CREATE UNLOGGED TABLE bench.visit AS
SELECT v.desk_id, v.key, bench.day.day,
    (extract(year FROM bench.day.day) * 12 + extract(month FROM bench.day.day) - 1)::int AS month,
    CASE WHEN bench.draw(v.key, 2) < 0.92
        THEN v.seed * 1000000 + 1 + floor(since * v.people * (1 - bench.draw(v.key, 1) ^ 2))::bigint END AS person,
    CASE WHEN bench.draw(v.key, 3) < 0.80 THEN 1 WHEN bench.draw(v.key, 3) < 0.95 THEN 2 ELSE 3 END AS enquiries
FROM (
    SELECT d.id AS desk_id, d.seed, d.people, d.seed * 10000000 + j AS key, (j - 1)::float8 / d.visits AS since
    FROM bench.desk AS d, generate_series(1, d.visits) AS j
) AS v JOIN bench.day ON bench.day.number = floor(v.since * :days)::int
ORDER BY v.since, v.key;

-- step: Accessi
INSERT INTO visit (desk_id, id, person_id, visited_on, channel, for_third_party, note, created_at, created_by,
    form_token, version)
SELECT v.desk_id, md5('visit ' || v.key)::uuid, md5('person ' || v.person)::uuid, v.day, 'desk',
    bench.draw(v.key, 4) < 0.05, '', v.day + interval '8 hours' + bench.draw(v.key, 5) * interval '9 hours',
    d.account_id, md5('form ' || v.key)::uuid, 1
FROM bench.visit AS v JOIN bench.desk AS d ON d.id = v.desk_id;

-- step: Richieste
CREATE VIEW bench.enquiry AS
SELECT v.desk_id, v.key, v.month, v.person, position, CASE WHEN v.day < '2026-01-01' THEN 1 ELSE 2 END AS version,
    (CASE WHEN v.day < '2026-01-01' THEN ARRAY[:topics_before] ELSE ARRAY[:topics_now] END)
        [1 + bench.rank(14, bench.draw(v.key, 10 + position))] AS code
FROM bench.visit AS v CROSS JOIN LATERAL generate_series(0, v.enquiries - 1) AS position;
INSERT INTO enquiry (desk_id, id, visit_id, taxonomy, topic_code, position)
SELECT desk_id, md5('enquiry ' || key || position)::uuid, md5('visit ' || key)::uuid, version, code, position
FROM bench.enquiry;

-- step: Figure
CREATE UNLOGGED TABLE bench.month AS
SELECT desk_id, month, sex, count(*) AS visits, count(*) FILTER (WHERE person IS NULL) AS anonymous,
    count(*) FILTER (WHERE before IS DISTINCT FROM month AND person IS NOT NULL) AS month_users,
    count(*) FILTER (WHERE before / 3 IS DISTINCT FROM month / 3 AND person IS NOT NULL) AS quarter_users,
    count(*) FILTER (WHERE before / 4 IS DISTINCT FROM month / 4 AND person IS NOT NULL) AS third_users,
    count(*) FILTER (WHERE before / 6 IS DISTINCT FROM month / 6 AND person IS NOT NULL) AS half_users,
    count(*) FILTER (WHERE before / 12 IS DISTINCT FROM month / 12 AND person IS NOT NULL) AS year_users,
    count(*) FILTER (WHERE (before + 4) / 12 IS DISTINCT FROM (month + 4) / 12 AND person IS NOT NULL)
        AS school_users
FROM (
    SELECT desk_id, month, person, coalesce(bench.sex(person), 'N') AS sex,
        lag(month) OVER (PARTITION BY person ORDER BY month) AS before
    FROM bench.visit
) AS visits
GROUP BY desk_id, month, sex;
CREATE FUNCTION bench.period(kind text, month int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT CASE kind WHEN 'month' THEN month / 12 || '-' || lpad((month % 12 + 1)::text, 2, '0')
    WHEN 'year' THEN (month / 12)::text
    WHEN 'school' THEN ((month + 4) / 12 - 1) || '/' || (month + 4) / 12
    WHEN 'quarter' THEN month / 12 || '-T' || month % 12 / 3 + 1
    WHEN 'third' THEN month / 12 || '-Q' || month % 12 / 4 + 1
    ELSE month / 12 || '-S' || month % 12 / 6 + 1 END
$$;
CREATE UNLOGGED TABLE bench.topics AS
SELECT desk_id, period, jsonb_object_agg(code, number) AS topics,
    jsonb_object_agg(code, nameless) FILTER (WHERE nameless > 0) AS nameless
FROM (
    SELECT desk_id, period, code, sum(number) AS number, sum(nameless) AS nameless
    FROM (
        SELECT desk_id, month, code, count(*) AS number,
            count(*) FILTER (WHERE person IS NULL) AS nameless
        FROM bench.enquiry GROUP BY 1, 2, 3
    ) AS counted
    CROSS JOIN LATERAL (SELECT bench.period(kind, month) AS period
        FROM unnest('{month,quarter,third,half,year,school}'::text[]) AS kind) AS periods
    GROUP BY 1, 2, 3
) AS summed
GROUP BY 1, 2;
INSERT INTO figure (desk_id, period, users, users_f, users_m, users_x, users_n, visits, anonymous, topics, nameless)
SELECT c.*, coalesce(t.topics, '{}'), coalesce(t.nameless, '{}')
FROM (
    SELECT desk_id, period, sum(users), coalesce(sum(users) FILTER (WHERE sex = 'F'), 0),
        coalesce(sum(users) FILTER (WHERE sex = 'M'), 0), coalesce(sum(users) FILTER (WHERE sex = 'X'), 0),
        coalesce(sum(users) FILTER (WHERE sex = 'N'), 0), sum(visits), sum(anonymous)
    FROM bench.month CROSS JOIN LATERAL (VALUES
        (bench.period('month', month), month_users), (bench.period('quarter', month), quarter_users),
        (bench.period('third', month), third_users), (bench.period('half', month), half_users),
        (bench.period('year', month), year_users), (bench.period('school', month), school_users)
    ) AS periods (period, users)
    GROUP BY 1, 2
) AS c LEFT JOIN bench.topics AS t USING (desk_id, period);

-- step: Registro degli ultimi novanta giorni
INSERT INTO audit_event (desk_id, id, at, account_id, action, subject, subject_id, columns)
SELECT v.desk_id, md5('audit ' || v.key || line)::uuid, v.day + interval '12 hours', d.account_id,
    CASE line WHEN 0 THEN 'insert' ELSE 'update' END, 'visit', md5('visit ' || v.key)::uuid,
    CASE line WHEN 0 THEN NULL ELSE '{enquiry}'::text[] END
FROM bench.visit AS v JOIN bench.desk AS d ON d.id = v.desk_id
CROSS JOIN LATERAL generate_series(0, v.enquiries) AS line
WHERE v.day > :'today'::date - 90;
