-- The rules that made the figures of this database: every setting with its value and its default.
-- grain: setting
-- column: setting | name, as in settings.toml
-- column: topic | what it belongs to
-- column: value | value in force, as text
-- column: standard | default, as text
-- column: meaning | what it says, with its unit
select name as setting, topic, value, standard, meaning
from journal.setting
