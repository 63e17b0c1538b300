using System.Collections.Immutable;
using System.Net;
using System.Text;
using SyncFunctions.Connectors.Mailchimp;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

public sealed class MailchimpConnectorTests
{
    private const string Signed =
        "type=subscribe&fired_at=2026-09-21+10%3A00%3A00&data%5Bid%5D=8a25ff1d98&data%5Blist_id%5D=a6b5da1054&data%5Bemail%5D=pat%40example.org&data%5Bmerges%5D%5BFNAME%5D=Pat";

    private const string Signature = "c30525f5ae506ad0ed306d7d8ed28bad8318bc18e2357a5b910ff93768b9f183";

    private static readonly WebhookFormat Format = MailchimpCatalog.Catalog.Webhooks!;

    [Theory]
    [InlineData("pat@example.org", "9b0a384cb2944dcb57651de285a46935")]
    [InlineData("Pat.O'Hara+News@Example.ORG", "96d53f919f8abb1fd3934586b78f71c0")]
    [InlineData(" PAT@example.org ", "9b0a384cb2944dcb57651de285a46935")]
    public void Hash_IsThatOfTheAddressInLowerCase(string email, string hash) => MailchimpRecords.HashOf(email).ShouldBe(hash);

    [Theory]
    [InlineData($"t=1790000000,v1={Signature}", 0, true)]
    [InlineData($"t=1790000000,v1={Signature}", 300, true)]
    [InlineData($"t=1790000000,v1={Signature}", 301, false)]
    [InlineData($"t=1790000000,v1={Signature}", -301, false)]
    [InlineData($"t=1790000000,v1=00,v1={Signature}", 0, true)]
    [InlineData($"t=1790000000, v1={Signature}", 0, true)]
    [InlineData($"t=1790000001,v1={Signature}", 0, false)]
    [InlineData($"t=1790000000,v0={Signature}", 0, false)]
    [InlineData($"v1={Signature}", 0, false)]
    [InlineData("t=1790000000", 0, false)]
    [InlineData($"t=-1,v1={Signature}", 0, false)]
    [InlineData("", 0, false)]
    public void Signature_OfTheVector_IsCheckedOverTheRawBody(string header, int late, bool isGood)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1790000000 + late);
        var request = Request(Signed, header);
        Format.Verify!(request, "mc_test_secret_0123456789abcdef", now).ShouldBe(isGood);
        Format.Verify(request, "mc_test_secret_0123456789abcdeF", now).ShouldBeFalse();
        Format.Verify(request with { Body = request.Body[..^1] }, "mc_test_secret_0123456789abcdef", now).ShouldBeFalse();
        Format.Verify(request with { Headers = [] }, "mc_test_secret_0123456789abcdef", now).ShouldBeFalse();
    }

    [Theory]
    [InlineData(Signed, "9b0a384cb2944dcb57651de285a46935")]
    [InlineData("type=profile&data[email]=PAT%40example.org", "9b0a384cb2944dcb57651de285a46935")]
    [InlineData("type=unsubscribe&data%5Baction%5D=delete&data[email]=pat@example.org", "9b0a384cb2944dcb57651de285a46935")]
    [InlineData("type=cleaned&data[reason]=hard&data[email]=Pat.O%27Hara%2BNews%40Example.ORG", "96d53f919f8abb1fd3934586b78f71c0")]
    [InlineData("type=upemail&data[old_email]=old%40example.org&data[new_email]=pat%40example.org", "9b0a384cb2944dcb57651de285a46935")]
    [InlineData("type=campaign&data[id]=1", "")]
    [InlineData("type=something", "")]
    [InlineData("type=subscribe&data[email]=", "")]
    [InlineData("type=subscribe", null)]
    [InlineData("", null)]
    [InlineData("{\"type\":\"subscribe\"}", null)]
    public void Read_NamesTheMemberByTheHashOfItsAddress(string body, string? id)
    {
        var touched = Format.Read(Request(body));
        (touched is { } all ? string.Join(", ", all.Select(record => $"{record.Id}")) : null).ShouldBe(id);
        touched?.ShouldAllBe(record => record.Kind == "members");
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("OPTIONS", false)]
    public void Check_OfAnAddress_IsAGet(string method, bool isOne) => (Format.Check!(new WebhookCheck(method, [])) is not null).ShouldBe(isOne);

    [Theory]
    [InlineData("0123456789abcdef-us6", "https://us6.api.mailchimp.com/3.0/lists/a1/members/9b0a384cb2944dcb57651de285a46935")]
    [InlineData("0123456789abcdef", null)]
    [InlineData("0123456789abcdef-evil.example/", null)]
    [InlineData("0123456789abcdef-us6.", null)]
    [InlineData("0123456789abcdef-", null)]
    public async Task Key_NamesItsDataCentre_AndNoOtherHost(string key, string? address)
    {
        var (vendor, connector) = Connector();
        var got = await connector.GetAsync(Scope(new Credentials("token", key)), "members", "pat@example.org", default);
        if (address is null)
            got.Failed(FailureKind.AuthExpired);
        vendor.Asked.ShouldBe(address is null ? [] : [address]);
    }

    [Theory]
    [InlineData("https://us19.api.mailchimp.com", true)]
    [InlineData("https://api.mailchimp.com", true)]
    [InlineData("https://us19.api.mailchimp.com.evil.example", false)]
    [InlineData("http://us19.api.mailchimp.com", false)]
    [InlineData("https://us19.api.mailchimp.com:8443", false)]
    [InlineData("https://evilapi.mailchimp.com", false)]
    [InlineData("", false)]
    public async Task Token_IsSentToMailchimpAlone(string endpoint, bool isTaken)
    {
        var (vendor, connector) = Connector($$"""{"api_endpoint":"{{endpoint}}"}""");
        var got = await connector.GetAsync(Scope(new Credentials("oauth", "token")), "members", "9b0a384cb2944dcb57651de285a46935", default);
        if (!isTaken)
            got.Failed(FailureKind.Misconfigured);
        vendor.Asked.ShouldBe(["https://login.mailchimp.com/oauth2/metadata", .. isTaken ? [$"{endpoint}/3.0/lists/a1/members/9b0a384cb2944dcb57651de285a46935"] : Array.Empty<string>()]);
    }

    [Fact]
    public async Task Calls_OfOneAccount_AreBoundedOverAllItsConnections()
    {
        var (vendor, connector) = Connector();
        vendor.Holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var scopes = Enumerable.Range(0, 20).Select(number => Scope(new Credentials("token", "key-us6")) with { Tenant = new TenantId($"t{number % 2}"), Connection = new ConnectionId($"c{number % 5}"), Account = "a" });
        var calls = scopes.Select(scope => connector.GetAsync(scope, "members", "pat@example.org", default)).ToList();
        calls.Add(connector.GetAsync(Scope(new Credentials("token", "key-us6")) with { Account = "b" }, "members", "pat@example.org", default));
        vendor.Asked.Count.ShouldBe(8 + 1, "eight of one account and one of the other");
        vendor.Holds.SetResult();
        await Task.WhenAll(calls);
        vendor.Asked.Count.ShouldBe(21);
    }

    private static ConnectionScope Scope(Credentials credentials) => TestConnection.ScopeOf([("audience", "a1")], new TestCredentials(credentials));

    private static (AskedVendor Vendor, IConnector Connector) Connector(string metadata = "{}")
    {
        var vendor = new AskedVendor(metadata);
        return (vendor, new Systems(new VendorPipeline(new HttpClient(vendor), new FakeTime(), new Random(1)))["mailchimp"]);
    }

    private static WebhookRequest Request(string body, string signature = "") => new(
        Encoding.UTF8.GetBytes(body),
        ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add("x-mailchimp-signature", signature));

    /// <summary>Knows no member, and takes note of where it was asked.</summary>
    private sealed class AskedVendor(string metadata) : HttpMessageHandler
    {
        private readonly Lock _gate = new();

        public List<string> Asked { get; } = [];

        public TaskCompletionSource? Holds { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (_gate)
                Asked.Add(request.RequestUri!.GetLeftPart(UriPartial.Path));
            if (Holds is { } holds)
                await holds.Task;
            return request.RequestUri!.AbsolutePath.EndsWith("/metadata", StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(metadata, Encoding.UTF8, "application/json") }
                : new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("{}", Encoding.UTF8, "application/problem+json") };
        }
    }
}
