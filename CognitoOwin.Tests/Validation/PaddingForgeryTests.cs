using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>
/// PKCS#1 v1.5 padding (RFC 8017 §8.2.2 and §9.2). The verifier must compare the whole block instead of parsing it. A key with the
/// exponent 3 shows whether it does. Cognito's keys have the exponent 65537, but a JWKS may contain any.
/// </summary>
[TestClass]
public sealed class PaddingForgeryTests
{
    private static readonly byte[] ShortPadding = [0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];

    public static IEnumerable<object[]> Forgeries =>
    [
        ["garbage after the hash", (byte[] hash) => ExponentThreeKey.ComputeCubeRoot(ShortPadding, ExponentThreeKey.Sha256Info, hash)],
        ["garbage after the hash, no padding at all", (byte[] hash) => ExponentThreeKey.ComputeCubeRoot([0, 1, 0], ExponentThreeKey.Sha256Info, hash)],
        ["garbage after the hash, no 00 01", (byte[] hash) => ExponentThreeKey.ComputeCubeRoot([0, 0], ExponentThreeKey.Sha256Info, hash)],
        ["garbage after the hash, block type 2", (byte[] hash) => ExponentThreeKey.ComputeCubeRoot([0, 2, 0xFF, 0xFF, 0], ExponentThreeKey.Sha256Info, hash)],
        ["garbage after a DigestInfo without NULL", (byte[] hash) =>
            ExponentThreeKey.ComputeCubeRoot(ShortPadding, ExponentThreeKey.Sha256InfoWithoutNull, hash)],
        ["garbage after a SHA-1 DigestInfo", (byte[] hash) =>
            ExponentThreeKey.ComputeCubeRoot(ShortPadding, ExponentThreeKey.Sha1Info, [.. hash.Take(20)])],
        ["garbage after the hash alone", (byte[] hash) => ExponentThreeKey.ComputeCubeRoot(ShortPadding, hash)],
        ["the cube root of one", (byte[] _) => (byte[])[.. new byte[255], 1]],
        ["zero", (byte[] _) => new byte[256]],
    ];

    [TestMethod]
    [DynamicData(nameof(Forgeries))]
    public async Task Forgery_by_cube_root_is_rejected(string name, Func<byte[], byte[]> forge)
    {
        using var pool = CreatePool();

        Assert.AreEqual(TokenRejection.InvalidSignature, await PoolValidator.GetRejectionAsync(pool, ExponentThreeKey.CreateToken(pool, forge)), name);
    }

    [TestMethod]
    public async Task Good_signature_plus_the_modulus_is_rejected()
    {
        // The sum must fit into 2048 bits. For most keys, some signatures are small enough.
        var pools = Enumerable.Range(0, 100).Select(_ => new CognitoTestPool());
        using var pool = pools.First(candidate => candidate.IdTokenKey.PublicParameters.Modulus[0] < 0xE0);
        var modulus = Number(pool.IdTokenKey.PublicParameters.Modulus);
        var (good, sum) = Enumerable.Range(0, 1000).Select(_ => pool.IdToken().ToString())
            .Select(token => (token, (Number(Base64UrlText.Decode(token.Split('.')[2])) + modulus).ToByteArray()))
            .First(candidate => candidate.Item2.Length <= 256 || (candidate.Item2.Length == 257 && candidate.Item2[256] == 0));
        var other = good.Substring(0, good.LastIndexOf('.') + 1) + Base64UrlText.Encode([.. Enumerable.Reverse(sum.Take(256))]);

        Assert.AreEqual(TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, good));
        Assert.AreEqual(TokenRejection.InvalidSignature, await PoolValidator.GetRejectionAsync(pool, other));

        static BigInteger Number(byte[] bigEndian) => new([.. Enumerable.Reverse(bigEndian), 0]);
    }

    [TestMethod]
    public async Task Forgery_with_garbage_inside_the_DigestInfo_is_rejected()
    {
        using var pool = CreatePool();

        // The hash is at its correct place at the end. The garbage before it is declared as a parameter of the algorithm.
        byte[] beginning =
        [
            0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0x30, 0x81, 0xF2, 0x30, 0x81, 0xCD,
            0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x81, 0xBF,
        ];
        var token = ExponentThreeKey.CreateToken(pool, hash => ExponentThreeKey.ComputeCubeRoot(beginning, [0x04, 0x20, .. hash]), withOddHash: true);
        var opened = ExponentThreeKey.Open(Base64UrlText.Decode(token.Split('.')[2]));
        CollectionAssert.AreEqual(beginning, opened.Take(beginning.Length).ToArray(), "The forged block has the intended beginning.");
        CollectionAssert.AreEqual(new byte[] { 0x04, 0x20 }, opened.Skip(222).Take(2).ToArray());

        Assert.AreEqual(TokenRejection.InvalidSignature, await PoolValidator.GetRejectionAsync(pool, token));
    }

    [TestMethod]
    public async Task Signature_with_correct_padding_is_accepted()
    {
        using var pool = CreatePool();
        var token = ExponentThreeKey.CreateToken(pool, hash => ExponentThreeKey.SignPadded(ExponentThreeKey.Sha256Info, hash));

        Assert.AreEqual(TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, token));
    }

    public static IEnumerable<object[]> Encodings =>
    [
        ["DigestInfo without NULL", (byte[] hash) => ExponentThreeKey.SignPadded(ExponentThreeKey.Sha256InfoWithoutNull, hash)],
        ["DigestInfo of SHA-512", (byte[] hash) => ExponentThreeKey.SignPadded(ExponentThreeKey.Sha512InfoForShorterHash, hash)],
        ["the hash without DigestInfo", (byte[] hash) => ExponentThreeKey.SignPadded(hash)],
        ["a byte after the hash", (byte[] hash) => ExponentThreeKey.SignPadded(ExponentThreeKey.Sha256Info, hash, [0])],
        ["the hash twice", (byte[] hash) => ExponentThreeKey.SignPadded(ExponentThreeKey.Sha256Info, hash, hash)],
        ["padding of zeros", (byte[] hash) => ExponentThreeKey.Sign([0, 1, .. new byte[203], .. ExponentThreeKey.Sha256Info, .. hash])],
        ["one byte of the padding changed", (byte[] hash) => ExponentThreeKey.Sign(
            [0, 1, 0xFE, .. Enumerable.Repeat((byte)0xFF, 201), 0, .. ExponentThreeKey.Sha256Info, .. hash])],
        ["block type 0", (byte[] hash) => ExponentThreeKey.Sign([0, 0, .. new byte[203], .. ExponentThreeKey.Sha256Info, .. hash])],
        ["block type 2", (byte[] hash) => ExponentThreeKey.Sign(
            [0, 2, .. Enumerable.Repeat((byte)0xFF, 202), 0, .. ExponentThreeKey.Sha256Info, .. hash])],
        ["no padding", (byte[] hash) => ExponentThreeKey.Sign([.. new byte[205], .. ExponentThreeKey.Sha256Info, .. hash])],
    ];

    [TestMethod]
    [DynamicData(nameof(Encodings))]
    public async Task Signature_with_padding_against_RFC_8017_is_rejected(string name, Func<byte[], byte[]> sign)
    {
        using var pool = CreatePool();

        Assert.AreEqual(TokenRejection.InvalidSignature, await PoolValidator.GetRejectionAsync(pool, ExponentThreeKey.CreateToken(pool, sign)), name);
    }

    [TestMethod]
    public async Task Signature_with_SHA1_is_rejected()
    {
        using var pool = CreatePool();
#pragma warning disable CA5350 // The test needs the weak algorithm.
        using var sha1 = SHA1.Create();
#pragma warning restore CA5350
        var token = ExponentThreeKey.CreateToken(pool, hash => ExponentThreeKey.SignPadded(ExponentThreeKey.Sha1Info, hash), sha1);

        Assert.AreEqual(TokenRejection.InvalidSignature, await PoolValidator.GetRejectionAsync(pool, token));
    }

    private static CognitoTestPool CreatePool()
    {
        var pool = new CognitoTestPool();
        pool.ServeJwks(ExponentThreeKey.Jwks);
        return pool;
    }
}
