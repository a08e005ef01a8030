from __future__ import annotations

import pathlib

import pytest

from lynxalert.config.compiling import compiler
from lynxalert.config.loader import load
from lynxalert.config.mistakes import ConfigError, report

ALERT = """
[alerts.{key}]
q = "level=error"
interval = "5m"
channels = ["hook"]
"""
HOOK = """
[channels.hook]
type = "webhook"
url = "https://example.com/hook"
"""


def write(folder: pathlib.Path, **files: str) -> pathlib.Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_toml", ".toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / "config.toml"


def mistakes(file: pathlib.Path, environment: dict[str, str] | None = None) -> list[str]:
    """The first line of every mistake."""
    try:
        text = report(load(file, compiler, environment or {}).warnings)
    except ConfigError as error:
        text = str(error)
    return [block.split("\n")[0] for block in text.split("\n\n") if block]


def test_included_alerts_join_those_of_the_file(tmp_path) -> None:
    file = write(
        tmp_path,
        config_toml='include = ["alerts/*.toml", "more.toml"]\n' + HOOK + ALERT.format(key="own"),
        alerts__b_toml=ALERT.format(key="b"),
        alerts__a_toml=ALERT.format(key="a"),
        more_toml=ALERT.format(key="c"),
    )
    (tmp_path / "alerts" / "a.test.toml").write_text("not = read")
    settings = load(file, compiler, {})
    assert [alert.file_key for alert in settings.alerts] == ["own", "a", "b", "c"]
    assert {alert.id for alert in settings.alerts} == {
        alert.id for alert in load(file, compiler, {}).alerts
    }, "ids are the same on every start"


def test_mistakes_in_included_files_name_their_file(tmp_path) -> None:
    file = write(
        tmp_path,
        config_toml='include = ["a.toml", "none.toml", "none/*.toml"]\n' + HOOK + ALERT.format(key="a"),
        a_toml=ALERT.format(key="a") + ALERT.format(key="b").replace("5m", "5x") + '[server]\nlisten = "x"\n',
    )
    assert mistakes(file) == [
        "config.toml:1:22: error[C109]: include[1] names no file: none.toml",
        "config.toml:1:35: warning[C201]: include[2] names no file: none/*.toml",
        "a.toml:2:1: error[C109]: alerts.a is already set in config.toml",
        "a.toml:9:12: error[C104]: alerts.b.interval must be a duration such as 30s, 5m, 1h or 2d",
        "a.toml:11:1: error[C109]: server cannot stand in an included file; alerts, channels and macros can",
    ]


def test_an_included_file_that_is_no_toml_does_not_hide_the_rest(tmp_path) -> None:
    file = write(
        tmp_path, config_toml='include = ["a.toml"]\n' + HOOK.replace("https", "htp"), a_toml="[x\r\n"
    )
    assert mistakes(file) == [
        "config.toml:5:7: error[C104]: channels.hook.url must be an absolute URL with http or https",
        "a.toml:1:3: error[C101]: not TOML: expected ']' at the end of a table declaration",
    ]


@pytest.mark.parametrize("include", ['"a.toml"', "[1]"])
def test_include_is_a_list_of_names(tmp_path, include) -> None:
    file = write(tmp_path, config_toml=f"include = {include}\n")
    assert mistakes(file) == [
        'config.toml:1:11: error[C104]: include must be a list of file names such as ["alerts/*.toml"]'
    ]


def test_what_cannot_be_read_is_said(tmp_path) -> None:
    assert mistakes(tmp_path / "none.toml") == [
        "none.toml:1:1: error[C101]: cannot be read: No such file or directory"
    ]
    (tmp_path / "latin.toml").write_bytes(b"a = '\xe9'")
    assert mistakes(tmp_path / "latin.toml") == ["latin.toml:1:1: error[C101]: is not UTF-8 text"]


def test_secrets_come_from_the_environment_and_from_files_beside_the_configuration(tmp_path) -> None:
    chat = '[channels.chat]\ntype = "telegram"\nbot_token = { env = "TOKEN" }\nchat_id = { file = "chat" }\n'
    file = write(tmp_path, config_toml=chat)
    (tmp_path / "chat").write_text("-100\r\n")
    settings = load(file, compiler, {"TOKEN": "110:abc"})
    assert settings.channels["chat"].config == {"bot_token": "110:abc", "chat_id": "-100"}
    assert settings.written["channels"]["chat"]["bot_token"] == {"env": "TOKEN"}, "references stay references"
    (tmp_path / "chat").write_bytes(b"\n")
    assert mistakes(file, {"TOKEN": ""}) == [
        "config.toml:3:13: error[C105]: channels.chat.bot_token needs the environment variable TOKEN, which is not set",
        "config.toml:4:11: error[C105]: channels.chat.chat_id needs the file chat, which is empty",
    ]
    (tmp_path / "chat").write_bytes(b"\xff")
    assert "which cannot be read: not UTF-8 text" in mistakes(file, {"TOKEN": "x"})[0]


def test_defaults_and_where_things_are(tmp_path) -> None:
    settings = load(write(tmp_path, config_toml=HOOK + ALERT.format(key="a")), compiler, {})
    assert settings.data_folder == tmp_path / "data"
    assert settings.server.public_url is None
    assert settings.allow_private == ("0.0.0.0/0", "::/0")
    assert settings.alerts[0].name == "a"
    assert settings.alerts[0].channels == (settings.channels["hook"],)


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: pathlib.Path) -> None:
    """Editors of Windows write one."""
    file = tmp_path / "config.toml"
    file.write_bytes("\ufeff[server]\nlisten = 5\n".encode())
    with pytest.raises(ConfigError) as caught:
        load(file, compiler)
    assert "config.toml:2:10: error[C104]: server.listen" in str(caught.value)
