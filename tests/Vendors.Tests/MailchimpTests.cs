using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Tests;

public sealed class MailchimpTests
{
    private const string List = "lists/a6b5d003e9";

    [Fact]
    public async Task Member_HasThreeNames_AndAStatusThatIsNewOrStays()
    {
        await using var vendors = await Vendors.StartAsync();
        var hash = HashOf("pat@example.org");
        (await CallAsync(vendors, "PUT", $"{List}/members/{hash}", new { email_address = "pat@example.org" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        var made = await CallAsync(vendors, "PUT", $"{List}/members/{hash}", new { email_address = "pat@example.org", status_if_new = "unsubscribed", merge_fields = new { FNAME = "Pat" } });
        (made["id"].GetString(), made["status"].GetString()).ShouldBe((hash, "unsubscribed"));
        (await CallAsync(vendors, "PUT", $"{List}/members/{hash}", new { email_address = "pat@example.org", status_if_new = "subscribed" }))["status"].GetString().ShouldBe("unsubscribed");
        foreach (var name in new[] { hash, made["contact_id"].GetString(), "PAT@example.org" })
            (await CallAsync(vendors, "GET", $"{List}/members/{name}"))["merge_fields"].GetProperty("FNAME").GetString().ShouldBe("Pat", name);

        (await CallAsync(vendors, "PATCH", $"{List}/members/{hash}", new { email_address = "new@example.org" }))["contact_id"].GetString().ShouldBe(made["contact_id"].GetString());
        (await CallAsync(vendors, "GET", $"{List}/members/{hash}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await CallAsync(vendors, "POST", $"{List}/members", new { email_address = "New@example.org", status = "subscribed" }))["title"].GetString().ShouldBe("Member Exists");
        (await CallAsync(vendors, "PATCH", $"{List}/members/new@example.org", new { merge_fields = new { NOSUCH = "x" } }))["errors"][0].GetProperty("field").GetString().ShouldBe("merge_fields.NOSUCH");
        var incomplete = new { merge_fields = new { ADDRESS = new { city = "Rome" } } };
        (await CallAsync(vendors, "PATCH", $"{List}/members/new@example.org", incomplete)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await CallAsync(vendors, "PATCH", $"{List}/members/new@example.org?skip_merge_validation=true", incomplete)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Archived_AreShownOnlyWhereAskedFor_AndComeBackWithAStatus()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        (await CallAsync(vendors, "DELETE", $"{List}/members/vip@example.org")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await CallAsync(vendors, "DELETE", $"{List}/members/vip@example.org")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        Emails(await CallAsync(vendors, "GET", $"{List}/members?count=100&fields=members.email_address")).ShouldNotContain("vip@example.org");
        Emails(await CallAsync(vendors, "GET", $"{List}/members?count=100&status=archived")).Length.ShouldBe(3);
        (await CallAsync(vendors, "GET", $"{List}/members/vip@example.org"))["status"].GetString().ShouldBe("archived");
        (await CallAsync(vendors, "PUT", $"{List}/members/left.unsubscribed@example.org", new { status_if_new = "subscribed" }))["status"].GetString().ShouldBe("subscribed", "which is why callers have to look");
        (await CallAsync(vendors, "GET", $"{List}/members"))["members"].GetArrayLength().ShouldBe(10, "unless asked for more");

        await vendors.Sim("PUT", "mailchimp", "settings", new { switches = new { refusesResubscription = true } });
        (await CallAsync(vendors, "PATCH", $"{List}/members/bounced@example.org", new { status = "subscribed" }))["title"].GetString().ShouldBe("Member In Compliance State");
        (await CallAsync(vendors, "POST", $"{List}/members/vip@example.org/actions/delete-permanent")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await CallAsync(vendors, "PUT", $"{List}/members/vip@example.org", new { status_if_new = "subscribed" }))["title"].GetString().ShouldBe("Forgotten Email Not Subscribed");
    }

    [Fact]
    public async Task Bulk_SaysOfEachMemberWhatBecameOfIt()
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var members = new[] { new { email_address = "new@example.org", status = "subscribed" }, new { email_address = "PAT@example.org", status = "unsubscribed" }, new { email_address = "new@example.org", status = "subscribed" } };
        var answer = await CallAsync(vendors, "POST", List, new { members, update_existing = false });
        (answer["total_created"].GetInt32(), answer["total_updated"].GetInt32()).ShouldBe((1, 0));
        answer["errors"].EnumerateArray().Select(error => error.GetProperty("error_code").GetString()).ShouldBe(["ERROR_CONTACT_EXISTS", "ERROR_GENERIC"]);
        (await CallAsync(vendors, "GET", $"{List}/members/pat@example.org"))["status"].GetString().ShouldBe("subscribed");
        (await CallAsync(vendors, "POST", List, new { members = members[1..2], update_existing = true }))["updated_members"][0].GetProperty("status").GetString().ShouldBe("unsubscribed");
        (await CallAsync(vendors, "POST", List, new { members = Enumerable.Range(0, 501).Select(number => new { email_address = $"m{number}@example.org", status = "subscribed" }) })).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task EleventhCallAtATime_IsTooMany_AndNobodySaysForHowLong()
    {
        await using var vendors = await Vendors.StartAsync();
        var bodies = Enumerable.Range(0, 10).Select(_ => new HeldBody()).ToList();
        var calls = bodies.Select(body => CallAsync(vendors, "POST", $"{List}/members", body)).ToList();
        await Task.WhenAll(bodies.Select(body => body.Begun));
        // Begun is not yet counted: asked until it is.
        Answer refused;
        do
            refused = await CallAsync(vendors, "GET", "ping");
        while (refused.Status == HttpStatusCode.OK);
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.Keys.ShouldNotContain("Retry-After", StringComparer.OrdinalIgnoreCase);
        bodies.ForEach(body => body.End());
        (await Task.WhenAll(calls)).ShouldAllBe(answer => answer.Status == HttpStatusCode.BadRequest);
        await vendors.Sim("PUT", "mailchimp", "settings", new { switches = new { edgeRefuses = true } });
        var page = await CallAsync(vendors, "GET", "ping");
        (page.Status, page.Text[0]).ShouldBe((HttpStatusCode.Forbidden, '<'));
    }

    [Fact]
    public async Task Webhook_IsAskedFirst_SignedOnlyWhereThatWasAsked_AndOverAfterA410()
    {
        await using var sink = await CallbackSink.StartAsync();
        await using var vendors = await Vendors.StartAsync(seed: true);
        (await CallAsync(vendors, "POST", $"{List}/webhooks", new { url = "http://127.0.0.1:1/nobody" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        var all = new { subscribe = true, unsubscribe = true, profile = true, cleaned = true, upemail = true };
        var hook = await CallAsync(vendors, "POST", $"{List}/webhooks", new { url = sink.Address("/one"), events = all, sources = new { user = true, admin = true, api = false }, signing_enabled = true });
        (await sink.NextAsync()).Body.ShouldBeEmpty();
        (await CallAsync(vendors, "GET", $"{List}/webhooks"))["webhooks"][0].TryGetProperty("signing_secret", out _).ShouldBeFalse("it is told once");

        var pat = (await CallAsync(vendors, "GET", $"{List}/members/pat@example.org"))["contact_id"].GetString();
        (await CallAsync(vendors, "PATCH", $"{List}/members/{pat}", new { merge_fields = new { FNAME = "Patricia" } })).Status.ShouldBe(HttpStatusCode.OK);
        (await vendors.Sim("PATCH", "mailchimp", $"kinds/members/{pat}", new { email_address = "patricia@example.org" })).Status.ShouldBe(HttpStatusCode.OK);
        var told = new[] { await sink.NextAsync(), await sink.NextAsync() }.Select(callback => (callback, Form: QueryHelpers.ParseQuery(Encoding.UTF8.GetString(callback.Body)))).ToDictionary(one => one.Form["type"].ToString());
        told.Keys.Order().ShouldBe(["profile", "upemail"]);
        (told["upemail"].Form["data[old_email]"].ToString(), told["upemail"].Form["data[new_email]"].ToString()).ShouldBe(("pat@example.org", "patricia@example.org"));
        told["profile"].Form["data[merges][ADDRESS][city]"].ToString().ShouldBe("Bristol");
        var parts = told["profile"].callback.Headers["X-Mailchimp-Signature"].Split(',', '=');
        var signed = Encoding.UTF8.GetBytes($"{parts[1]}.{Encoding.UTF8.GetString(told["profile"].callback.Body)}");
        parts[3].ShouldBe(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(hook["signing_secret"].GetString()!), signed)));

        lock (sink.Answers)
            sink.Answers.Enqueue(410);
        await vendors.Sim("PATCH", "mailchimp", $"kinds/members/{pat}", new { status = "unsubscribed" });
        await sink.NextAsync();
        while ((await CallAsync(vendors, "GET", $"{List}/webhooks"))["webhooks"].GetArrayLength() > 0)
            await Task.Yield();
    }

    private static Task<Answer> CallAsync(Vendors vendors, string method, string path, object? body = null) =>
        // Merge fields are in capitals, which the usual names of JSON are not.
        vendors.Send(method, $"/mailchimp/3.0/{path}", body is null or HttpContent ? body : JsonSerializer.Serialize(body), ("Authorization", "Bearer mailchimp-static-key-us1"));

#pragma warning disable CA5351 // A name of members in paths.
    private static string HashOf(string email) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(email)));
#pragma warning restore CA5351

    private static string?[] Emails(Answer list) => [.. list["members"].EnumerateArray().Select(member => member.GetProperty("email_address").GetString())];

    /// <summary>A body that begins and does not end before it is told to.</summary>
    private sealed class HeldBody : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void End() => _ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            _begun.TrySetResult();
            await _ended.Task;
            await stream.WriteAsync("}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
