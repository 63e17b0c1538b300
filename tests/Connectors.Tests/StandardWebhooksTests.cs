using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Connectors.Tests;

/// <summary>The vectors and cases of the specification's own libraries (github.com/standard-webhooks/standard-webhooks), and some more.</summary>
public sealed class StandardWebhooksTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Body = """{"test": 2432232314}""";
    private const long SentAt = 1614265330;
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    [Theory]
    [InlineData(Secret, Id, SentAt, Body, Signature)]
    [InlineData(
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "msg_test2",
        1790000000,
        """{"type":"contact.updated","timestamp":"2026-09-21T10:00:00Z","data":{"id":"1"}}""",
        "v1,ogiJv2BPp5oSnV6o2z9KLLstr0ZGZOK35TmDMdbaQmI=")]
    public void Vector_IsTaken(string secret, string id, long sentAt, string body, string signature) =>
        StandardWebhooks.Verify(Request(id, $"{sentAt}", signature, body), secret, DateTimeOffset.FromUnixTimeSeconds(sentAt)).ShouldBeTrue();

    [Fact]
    public void Secret_WithoutItsPrefix_IsTheSame() => Verify(Request(), Secret["whsec_".Length..]).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64")]
    [InlineData("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    public void Secret_EmptyUnreadableOrAnother_VerifiesNothing(string secret) => Verify(Request(), secret).ShouldBeFalse();

    [Theory]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void Timestamp_FiveMinutesEitherWay_IsTaken(int seconds, bool taken) =>
        StandardWebhooks.Verify(Request(), Secret, DateTimeOffset.FromUnixTimeSeconds(SentAt + seconds)).ShouldBe(taken);

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("webhook-timestamp")]
    [InlineData("webhook-signature")]
    public void Header_MissingOrTwice_VerifiesNothing(string name)
    {
        var request = Request();
        Verify(request with { Headers = request.Headers.Remove(name) }).ShouldBeFalse();
        Verify(request with { Headers = request.Headers.SetItem(name, "") }).ShouldBeFalse();
        Verify(request with { Headers = request.Headers.SetItem(name, $"{request.Header(name)},{request.Header(name)}") }).ShouldBeFalse();
    }

    [Theory]
    [InlineData("v1," + "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= " + Signature)]
    [InlineData("v2," + "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= " + Signature)]
    [InlineData(Signature + " v1a,c2lnbmVkIHdpdGggYSBrZXkgb2YgdHdvIGhhbHZlcw==")]
    [InlineData("nonsense  " + Signature + "  ,")]
    public void Signature_AmongOthers_IsFound(string signatures) => Verify(Request(signature: signatures)).ShouldBeTrue();

    [Theory]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=")]
    [InlineData("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1,g0hM9SsE+OTPJTGt")]
    [InlineData("v1,")]
    [InlineData(" ")]
    public void Signature_WrongOrOfAnotherVersion_VerifiesNothing(string signature) => Verify(Request(signature: signature)).ShouldBeFalse();

    [Fact]
    public void Content_ChangedAnywhere_VerifiesNothing()
    {
        Verify(Request(body: Body.Replace("2432232314", "2432232315"))).ShouldBeFalse();
        Verify(Request(body: Body + "\n")).ShouldBeFalse();
        Verify(Request(id: "msg_p5jXN8AQM9LWM0D4loKWxJel")).ShouldBeFalse();
        Verify(Request(timestamp: $"{SentAt + 1}")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("+1614265330")]
    [InlineData("1614265330.0")]
    [InlineData(" 1614265330")]
    [InlineData("99999999999999999999")]
    [InlineData("soon")]
    public void Timestamp_ThatIsNoWholeNumber_VerifiesNothing(string timestamp) => Verify(Signed(Secret, Id, timestamp, Encoding.UTF8.GetBytes(Body))).ShouldBeFalse();

    [Fact]
    public void Timestamp_WithLeadingZeros_IsSignedAsItIsWritten() => Verify(Signed(Secret, Id, $"00{SentAt}", Encoding.UTF8.GetBytes(Body))).ShouldBeTrue();

    [Fact]
    public void Id_WithADotOrTooLong_VerifiesNothing()
    {
        Verify(Signed(Secret, "msg.1", $"{SentAt}", Encoding.UTF8.GetBytes(Body))).ShouldBeFalse();
        Verify(Signed(Secret, new string('a', 257), $"{SentAt}", Encoding.UTF8.GetBytes(Body))).ShouldBeFalse();
    }

    [Fact]
    public void Body_OfAnyBytes_IsSignedAsItIs()
    {
        Verify(Signed(Secret, Id, $"{SentAt}", [0xFF, 0x00, 0xC3, 0x28])).ShouldBeTrue();
        Verify(Signed(Secret, Id, $"{SentAt}", "{\r\n}\r\n"u8.ToArray())).ShouldBeTrue();
        Verify(Signed(Secret, Id, $"{SentAt}", [])).ShouldBeTrue();
    }

    private static bool Verify(WebhookRequest request, string secret = Secret) => StandardWebhooks.Verify(request, secret, DateTimeOffset.FromUnixTimeSeconds(SentAt));

    private static WebhookRequest Request(string id = Id, string? timestamp = null, string signature = Signature, string body = Body) =>
        new(Encoding.UTF8.GetBytes(body), Headers(id, timestamp ?? $"{SentAt}", signature));

    private static WebhookRequest Signed(string secret, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return new(body, Headers(id, timestamp, $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed))}"));
    }

    private static ImmutableDictionary<string, string> Headers(string id, string timestamp, string signature) =>
        new Dictionary<string, string> { ["Webhook-Id"] = id, ["Webhook-Timestamp"] = timestamp, ["Webhook-Signature"] = signature }.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);
}
