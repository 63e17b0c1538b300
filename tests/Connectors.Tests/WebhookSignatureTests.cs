using System.Security.Cryptography;

namespace SyncFunctions.Connectors.Tests;

public sealed class WebhookSignatureTests
{
    // RFC 4231, test case 2.
    private const string Secret = "Jefe";
    private const string Hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    private static readonly byte[] Signed = "what do ya want for nothing?"u8.ToArray();

    [Theory]
    [InlineData(Hex, true)]
    [InlineData("5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843", true)]
    [InlineData("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", true)]
    [InlineData("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3844", false)]
    [InlineData("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM", false)]
    [InlineData("5bdcc146", false)]
    [InlineData("no signature at all, but sixty-four characters long, every one of", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Signature_IsTheMacInEitherForm(string? signature, bool isRight)
    {
        WebhookSignature.IsHmacSha256(Signed, Secret, signature).ShouldBe(isRight);
        WebhookSignature.IsHmacSha256(Signed, "Jefe"u8, signature).ShouldBe(isRight);
    }

    [Theory]
    [InlineData("the-secret", true)]
    [InlineData("the-Secret", false)]
    [InlineData("the-secret ", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Secret_ThatComesAlong_IsThatOneToTheLetter(string? given, bool isRight) => WebhookSignature.IsSecret("the-secret", given).ShouldBe(isRight);

    [Fact]
    public void Signature_WithAKeyMadeFromTheSecret_IsThatKeys()
    {
        var key = SHA256.HashData("signing-key"u8);

        WebhookSignature.IsHmacSha256(Signed, key, Convert.ToBase64String(HMACSHA256.HashData(key, Signed))).ShouldBeTrue();
        WebhookSignature.IsHmacSha256(Signed, "signing-key", Convert.ToBase64String(HMACSHA256.HashData(key, Signed))).ShouldBeFalse();
    }
}
