import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from directory_server.vault.errors import MasterKeyWrongSize, SealBroken, SealedWithOtherKey, VaultError
from directory_server.vault.vault import KEY_SIZE, SMALLEST, Vault

VAULT = Vault(bytes(range(KEY_SIZE)))
contexts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(plaintext=st.binary(max_size=300), context=contexts)
def test_what_was_sealed_opens(plaintext, context):
    sealed = VAULT.seal(plaintext, context)
    assert VAULT.open(sealed, context) == plaintext
    assert len(sealed) == SMALLEST + len(plaintext)


@given(plaintext=st.binary(max_size=30), context=contexts, other=contexts)
def test_another_context_does_not_open(plaintext, context, other):
    assume(context != other)
    with pytest.raises(SealBroken):
        VAULT.open(VAULT.seal(plaintext, context), other)


@given(plaintext=st.binary(max_size=30), position=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_flipped_bit_anywhere_does_not_open(plaintext, position, flip):
    sealed = bytearray(VAULT.seal(plaintext, "c"))
    sealed[position % len(sealed)] ^= flip
    with pytest.raises(VaultError):
        VAULT.open(bytes(sealed), "c")


@given(st.binary(max_size=150))
def test_any_bytes_are_refused_with_a_typed_error(garbage):
    with pytest.raises(VaultError):
        VAULT.open(garbage, "c")


def test_a_cut_secret_does_not_open():
    sealed = VAULT.seal(b"secret", "c")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            VAULT.open(sealed[:length], "c")


def test_sealing_twice_differs():
    assert VAULT.seal(b"secret", "c") != VAULT.seal(b"secret", "c")


def test_another_master_key_is_named_as_the_reason():
    with pytest.raises(SealedWithOtherKey, match="sealed with master key"):
        Vault(os.urandom(KEY_SIZE)).open(VAULT.seal(b"secret", "c"), "c")


def test_a_short_master_key_is_refused():
    with pytest.raises(MasterKeyWrongSize):
        Vault(b"short")


def test_repr_and_errors_carry_no_secret():
    key = b"K" * KEY_SIZE
    vault = Vault(key)
    shown = repr(vault) + str(vars(vault))
    with pytest.raises(SealBroken) as caught:
        vault.open(vault.seal(b"canary-secret", "c"), "d")
    shown += str(caught.value)
    assert "KKKK" not in shown
    assert "canary" not in shown
    assert key.hex() not in shown
