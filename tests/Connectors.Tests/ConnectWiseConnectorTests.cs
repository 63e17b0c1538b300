using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using SyncFunctions.Connectors.ConnectWise;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

public sealed class ConnectWiseConnectorTests
{
    private static readonly WebhookFormat Format = ConnectWiseCatalog.Catalog.Webhooks!;

    [Fact]
    public async Task Call_SaysWhoCallsWithWhatAndForWhichVersion()
    {
        var test = TestConnection.ConnectWise(("clientId", "client-7"), ("version", "2025.16"));
        test.Vendor.On("GET /v4_6_release/apis/3.0/project/projects/7", """{"id":7,"name":"Move","_info":{"lastUpdated":"2026-01-02T03:04:05Z","dateEntered":"2025-01-02T03:04:05Z"}}""");
        var project = (await test.Connector.GetAsync(test.Scope, "projects", "7", default)).Success();
        (project.Modified, project.Created).ShouldBe((new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        var sent = test.Vendor.Sent.ShouldHaveSingleItem();
        sent.Header("Authorization").ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"acme+{TestConnection.Secret}")));
        sent.Header("clientId").ShouldBe("client-7");
        sent.Header("Accept").ShouldBe("application/vnd.connectwise.com+json; version=2025.16");
    }

    [Fact]
    public async Task List_ForwardOnly_GoesOnAfterTheLastId()
    {
        var test = TestConnection.ConnectWise(("pageSize", "2"));
        test.Vendor
            .On("GET /v4_6_release/apis/3.0/company/companies?pageSize=2&pageId=0&conditions=lastUpdated>[2026-01-02T03:04:04Z]", """[{"id":3},{"id":9}]""")
            .On("GET /v4_6_release/apis/3.0/company/companies?pageSize=2&pageId=9&conditions=lastUpdated>[2026-01-02T03:04:04Z]", """[{"id":12}]""");
        var rows = await Lists.AllAsync(test.Connector, test.Scope, "companies", new ListRequest(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        rows.Select(row => row.Id).ShouldBe(["3", "9", "12"]);
        test.Vendor.Sent.ShouldAllBe(sent => sent.Header("pagination-type") == "forward-only");
    }

    [Fact]
    public async Task List_ThatIsNotPaged_EndsWithAFailure()
    {
        var test = TestConnection.ConnectWise(("pageSize", "1"));
        for (var i = 0; i < 2; i++)
            test.Vendor.On("GET /v4_6_release/apis/3.0/company/contacts", """[{"id":3}]""");
        var request = new ListRequest(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var page = (await test.Connector.ListAsync(test.Scope, "contacts", request, default)).Success();
        (await test.Connector.ListAsync(test.Scope, "contacts", request with { PageToken = page.NextPage }, default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task Search_WithLongConditions_IsAskedInABody()
    {
        var test = TestConnection.ConnectWise();
        var summary = new string('ä', 100);
        var wbs = new string('ö', 300);
        test.Vendor.On("POST /v4_6_release/apis/3.0/project/tickets/search", "[]");
        var where = FieldSet.Of(("summary", FieldValue.Of(summary)), ("wbsCode", FieldValue.Of(wbs)));
        (await test.Connector.ListAsync(test.Scope, "tickets", new ListRequest(Where: where), default)).Success();
        var sent = test.Vendor.Sent.ShouldHaveSingleItem();
        JsonNode.Parse(sent.Body)!["conditions"]!.ToString().ShouldBe($"summary=\"{summary}\" and wbsCode=\"{wbs}\"");
        sent.Query.ShouldBe("?pageSize=1000&pageId=0");
    }

    [Theory]
    [InlineData(403, "{\"message\":\"A clientId is required\"}", FailureKind.Misconfigured)]
    [InlineData(403, "{\"message\":\"You lack 'Project Headers'\"}", FailureKind.Forbidden)]
    [InlineData(401, "{\"code\":\"Security\",\"message\":\"SSL is required.\"}", FailureKind.Misconfigured)]
    [InlineData(401, "{}", FailureKind.AuthExpired)]
    [InlineData(400, "{\"errors\":[{\"field\":\"name\"}]}", FailureKind.Permanent)]
    [InlineData(409, "{}", FailureKind.Conflict)]
    public async Task Failures_AreNamed(int status, string body, FailureKind kind)
    {
        var test = TestConnection.ConnectWise();
        test.Vendor.On("PATCH /v4_6_release/apis/3.0/project/projects/7", (System.Net.HttpStatusCode)status, body);
        var failure = (await test.Connector.UpdateAsync(test.Scope, "projects", "7", FieldSet.Of(("name", FieldValue.Of("x"))), default)).Failure.ShouldNotBeNull();
        (failure.Kind == kind || (kind == FailureKind.AuthExpired && failure.Message.Contains("newer", StringComparison.Ordinal))).ShouldBeTrue(failure.ToString());
        if (kind == FailureKind.Permanent)
            failure.Message.ShouldContain("name");
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("5\" disk", "\"5\\\" disk\"")]
    [InlineData(@"C:\dir\", @"""C:\\dir\\""")]
    [InlineData("100% [x] * or 1=1", "\"100% [x] * or 1=1\"")]
    [InlineData("two\r\nlines", "\"two lines\"")]
    public void Conditions_Text_IsQuoted(string text, string quoted) => ConnectWiseConditions.Quoted(text).ShouldBe(quoted);

    [Fact]
    public void Conditions_ValuesOfEveryType_AreWritten()
    {
        ConnectWiseConditions.Equal("company", new FieldValue.Reference("7")).ShouldBe("company/id=7");
        ConnectWiseConditions.Equal("phase", new FieldValue.Reference("12:34")).ShouldBe("phase/id=34");
        ConnectWiseConditions.Equal("budgetHours", FieldValue.Of(1.5m)).ShouldBe("budgetHours=1.5");
        ConnectWiseConditions.Equal("inactiveFlag", FieldValue.Of(true)).ShouldBe("inactiveFlag=true");
        ConnectWiseConditions.Equal("estimatedStart", new FieldValue.Day(new DateOnly(2026, 1, 31))).ShouldBe("estimatedStart=[2026-01-31T00:00:00Z]");
        ConnectWiseConditions.Equal("contact", FieldValue.None).ShouldBe("contact=null");
    }

    [Theory]
    [InlineData(false, "lastUpdated>[2026-01-02T03:04:04Z]")]
    [InlineData(true, "lastUpdated>[2026-01-02T03:04:04]")]
    public void Conditions_ChangedFrom_IsGreaterThanTheSecondBefore(bool naive, string expected) =>
        ConnectWiseConditions.ChangedFrom(new DateTimeOffset(2026, 1, 2, 4, 4, 5, 700, TimeSpan.FromHours(1)), naive).ShouldBe(expected);

    [Fact]
    public void Patch_IsAnArrayOfWholeFields()
    {
        var fields = FieldSet.Of(
            ("name", FieldValue.Of("Move\tit")), ("company", new FieldValue.Reference("7")), ("contact", FieldValue.None), ("estimatedEnd", new FieldValue.Day(new DateOnly(2026, 1, 31))));
        var body = ConnectWiseRecords.Write(ConnectWiseCatalog.Projects, fields).Success();
        Same(ConnectWisePatch.Of(body, "replace"), """
            [{"op":"replace","path":"company","value":{"id":7}},{"op":"replace","path":"contact","value":null},
             {"op":"replace","path":"estimatedEnd","value":"2026-01-31T00:00:00Z"},{"op":"replace","path":"name","value":"Move it"}]
            """);
        Same(ConnectWisePatch.Of(new JsonObject { ["contact"] = null }, "remove"), """[{"op":"remove","path":"contact"}]""");
    }

    [Fact]
    public void Patch_OfNestedThings_NamesNoSubPath()
    {
        var ticket = FieldSet.Of(("phase", new FieldValue.Reference("12:34")), ("status", new FieldValue.Reference("5:6")));
        Same(ConnectWisePatch.Of(ConnectWiseRecords.Write(ConnectWiseCatalog.Tickets, ticket).Success(), "replace"), """
            [{"op":"replace","path":"phase","value":{"id":34}},{"op":"replace","path":"status","value":{"id":6}}]
            """);
        var company = FieldSet.Of(("country", FieldValue.Of("Germany")));
        Same(ConnectWisePatch.Of(ConnectWiseRecords.Write(ConnectWiseCatalog.Companies, company).Success(), "replace"), """
            [{"op":"replace","path":"country","value":{"name":"Germany"}}]
            """);
        Same(ConnectWisePatch.Of(ConnectWiseRecords.Write(ConnectWiseCatalog.Companies, FieldSet.Of(("country", FieldValue.None))).Success(), "replace"), """
            [{"op":"replace","path":"country","value":null}]
            """);
        var entry = FieldSet.Of(("ticket", new FieldValue.Reference("99")), ("member", new FieldValue.Reference("3")));
        Same(ConnectWisePatch.Of(ConnectWiseRecords.Write(ConnectWiseCatalog.ScheduleEntries, entry).Success(), "replace"), """
            [{"op":"replace","path":"objectId","value":99},{"op":"replace","path":"member","value":{"id":3}}]
            """);
    }

    [Theory]
    [InlineData("4ca8f0ee-signing-key", true)]
    [InlineData("4ca8f0ee-signing-keY", false)]
    public void Signature_OfAVector_IsCheckedOverTheRawBody(string key, bool isGood)
    {
        // Made with another implementation: base64(hmac_sha256(sha256(key), body)).
        var request = Request(
            """{"Action":"updated","Type":"project","ID":42,"Entity":"{\"id\":42,\"name\":\"Küche\"}","Metadata":{"key_url":"https://api-na.myconnectwise.net/keys/demo"}}""",
            "g1GSnxez95JoBWuNs7TUMcSJPbHiqobK086duldRsrs=");
        Format.Verify!(request, key, default).ShouldBe(isGood);
        Format.Verify(request with { Body = request.Body[..^1] }, key, default).ShouldBeFalse();
        Format.Verify(request with { Headers = [] }, key, default).ShouldBeFalse();
    }

    [Theory]
    [InlineData("na.myconnectwise.net", "https://api-na.myconnectwise.net/keys/1", true)]
    [InlineData("na.myconnectwise.net", "https://na.myconnectwise.net/keys/1", true)]
    [InlineData("na.myconnectwise.net", "https://keys.myconnectwise.net/1", true)]
    [InlineData("na.myconnectwise.net", "http://api-na.myconnectwise.net/keys/1", false)]
    [InlineData("na.myconnectwise.net", "https://api-na.myconnectwise.net:8443/keys/1", false)]
    [InlineData("na.myconnectwise.net", "https://myconnectwise.net.evil.example/1", false)]
    [InlineData("na.myconnectwise.net", "https://evilmyconnectwise.net/1", false)]
    [InlineData("na.myconnectwise.net", "https://na.myconnectwise.net@evil.example/1", false)]
    [InlineData("na.myconnectwise.net", "http://169.254.169.254/latest", false)]
    [InlineData("psa.firm.example", "https://psa.firm.example/keys", true)]
    [InlineData("psa.firm.example", "https://other.firm.example/keys", false)]
    [InlineData("http://127.0.0.1:7080/connectwise/", "http://127.0.0.1:7080/connectwise/keys/demo", true)]
    [InlineData("http://127.0.0.1:7080/connectwise/", "http://127.0.0.1:7081/keys", false)]
    [InlineData("", "https://api-na.myconnectwise.net/keys/1", true)]
    [InlineData("", "not an address", false)]
    public void KeyAddress_IsOneOfTheVendorsHostsOrNone(string site, string address, bool isTaken)
    {
        var request = Request(new JsonObject { ["Metadata"] = new JsonObject { ["key_url"] = address } }.ToJsonString());
        var found = Format.PublishedKey!.Address(request, ImmutableDictionary<string, string>.Empty.Add("site", site));
        found?.OriginalString.ShouldBe(address);
        (found is not null).ShouldBe(isTaken);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"Metadata":null}""")]
    [InlineData("""{"Metadata":{"key_url":7}}""")]
    public void KeyAddress_WithoutOne_IsNone(string body) => Format.PublishedKey!.Address(Request(body), ImmutableDictionary<string, string>.Empty).ShouldBeNull();

    [Theory]
    [InlineData("""{"Type":"project","ID":42,"Action":"deleted","Entity":null}""", "projects 42")]
    [InlineData("""{"Type":"ticket","ID":42,"Entity":"{\"recordType\":\"ProjectTicket\"}"}""", "tickets 42")]
    [InlineData("""{"Type":"ticket","ID":42,"Entity":null}""", "tickets 42")]
    [InlineData("""{"Type":"ticket","ID":42,"Entity":"{\"recordType\":\"ServiceTicket\"}"}""", "")]
    [InlineData("""{"Type":"schedule","ID":"42","Entity":"{\"type\":{\"identifier\":\"S\"}}"}""", "scheduleEntries 42")]
    [InlineData("""{"Type":"schedule","ID":42,"Entity":"{\"type\":{\"identifier\":\"C\"}}"}""", "")]
    [InlineData("""{"Type":"time","ID":42,"Entity":"{\"chargeToType\":\"Activity\"}"}""", "")]
    [InlineData("""{"Type":"Company","ID":42}""", "companies 42")]
    [InlineData("""{"Type":"invoice","ID":42}""", "")]
    public void Read_NamesTheRecordThatWasTouched(string body, string touched) =>
        string.Join(", ", Format.Read(Request(body)).ShouldNotBeNull().Select(record => $"{record.Kind} {record.Id}")).ShouldBe(touched);

    [Fact]
    public void Read_WithoutTypeOrId_IsNotUnderstood() => Format.Read(Request("""{"Type":"project"}""")).ShouldBeNull();

    [Theory]
    [InlineData("na.myconnectwise.net", "https://api-na.myconnectwise.net/")]
    [InlineData("eu.myconnectwise.net", "https://api-eu.myconnectwise.net/")]
    [InlineData("api-au.myconnectwise.net", "https://api-au.myconnectwise.net/")]
    [InlineData("https://staging.connectwisedev.com", "https://api-staging.connectwisedev.com/")]
    [InlineData("psa.firm.example", "https://psa.firm.example/")]
    public void ApiHost_OfASite_HasAPrefixInTheCloud(string site, string api) =>
        ConnectWiseHosts.Api(ImmutableDictionary<string, string>.Empty.Add("site", site))!.AbsoluteUri.ShouldBe(api);

    private static void Same(JsonArray patch, string expected) =>
        JsonNode.DeepEquals(Sorted(patch), Sorted(JsonNode.Parse(expected)!.AsArray())).ShouldBeTrue(patch.ToJsonString());

    private static JsonArray Sorted(JsonArray patch) => [.. patch.Select(operation => operation!.DeepClone()).OrderBy(operation => operation["path"]!.ToString(), StringComparer.Ordinal)];

    private static WebhookRequest Request(string body, string? signature = null) => new(
        Encoding.UTF8.GetBytes(body),
        signature is null ? [] : ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add("x-content-signature", signature));
}
