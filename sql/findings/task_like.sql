-- Key results that read as an output (launch, build, deliver …) and have no metric.
-- why: An output can be done without anything getting better; the outcome is what counts.
-- do: Ask what will be different once it is done, and measure that. The output becomes an initiative.
-- severity: low
with word as (
    select unnest([
        'launch', 'build', 'deliver', 'migrate', 'implement', 'ship', 'release', 'create', 'develop',
        'deploy', 'roll', 'rollout', 'publish', 'complete', 'finish', 'finalise', 'finalize', 'set',
        'write', 'design', 'introduce', 'install', 'organise', 'organize', 'run', 'hold', 'conduct',
        'host', 'produce', 'prepare', 'draft', 'document', 'upgrade', 'integrate', 'automate',
        'refactor', 'rewrite', 'replace', 'analyse', 'analyze', 'research', 'review', 'plan', 'define',
        'establish', 'start', 'setup', 'test', 'execute', 'perform', 'hire', 'train',
        'baue', 'liefere', 'erstelle', 'entwickle', 'starte'
    ]) as first_word
),
last_word as (
    select unnest([
        'einführen', 'bauen', 'liefern', 'migrieren', 'ausrollen', 'erstellen', 'umsetzen',
        'veröffentlichen', 'entwickeln', 'implementieren', 'starten', 'aufsetzen', 'fertigstellen',
        'abschließen', 'aufbauen', 'durchführen'
    ]) as word
),
-- The title of one with a metric has passed: its words are not looked at.
looked_at as (
    select
        key_result_id,
        case when kind = 'milestone' or (metric is null and target_value is null) then title end as title
    from main.key_result_progress
    where not dropped and status is distinct from 'dropped'
),
worded as (
    select
        key_result_id,
        lower(regexp_extract(title, '\p{L}+')) as opening,
        lower(regexp_extract(title, '(\p{L}+)[^\p{L}]*$', 1)) as closing
    from looked_at
),
judged as (
    select
        key_result_id,
        case
            when opening in (select first_word from word) then opening
            when closing in (select word from last_word) then closing
        end as verb
    from worded
)
select
    key_result_id as item_id, 'key_result' as item_kind,
    case when verb is not null then 'found' else 'passed' end as outcome,
    null::double as measured, null::double as limit_value,
    case when verb is not null
        then 'It reads as an output (“' || verb || '”) and has no metric.'
    end as sentence
from judged
