using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Tests;

public sealed class IRaiserTests
{
    [Fact]
    public async Task Lists_AreInPagesWithTheNewestFirst_AndNarrowedByTime()
    {
        var clock = new ManualClock();
        await using var vendors = await Vendors.StartAsync(time: clock);
        for (var i = 0; i < 5; i++)
        {
            await vendors.Add("iraiser", "donations", new { email = $"p{i}@example.org", donation_amount = $"{i + 1}" });
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var page = await CallAsync(vendors, "donations?page=2&per_page=2");
        page["donations"].EnumerateArray().Select(row => row.GetProperty("donation_amount").GetString()).ShouldBe(["3.00", "2.00"]);
        (page["total_entries"].GetInt32(), page["total_pages"].GetInt32(), page["current_page"].GetInt32()).ShouldBe((5, 3, 2));
        var after = Uri.EscapeDataString(clock.GetUtcNow().AddSeconds(-20).ToString("yyyy-MM-ddTHH:mm:ssZ"));
        (await CallAsync(vendors, $"donations?updated_after={after}"))["total_entries"].GetInt32().ShouldBe(1, "after that time, not at it");
        (await CallAsync(vendors, "donations?per_page=1000"))["per_page"].GetInt32().ShouldBe(100);
        (await CallAsync(vendors, "donations?updated_after=yesterday")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await CallAsync(vendors, "donations/1")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await vendors.Send("GET", "/iraiser/v1/donations", null, ("X-Api-Key", "no"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await vendors.Sim("POST", "iraiser", "kinds/donations", new { donation_amount = "many" })).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Calls_AreCountedByTheMinuteAndTheHourOfTheClock()
    {
        var clock = new ManualClock(new DateTimeOffset(2026, 3, 4, 5, 6, 50, TimeSpan.Zero));
        await using var vendors = await Vendors.StartAsync(time: clock);
        await vendors.Sim("PUT", "iraiser", "settings", new { minuteLimit = 1 });
        var first = await CallAsync(vendors, "sites/current");
        (first.Headers["X-RateLimit-Remaining-Minute"], first.Headers["X-RateLimit-Remaining-Hour"]).ShouldBe(("0", "4"));
        (await CallAsync(vendors, "sites/current")).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        for (var left = 2; left >= 0; left--)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            (await CallAsync(vendors, "sites/current")).Headers["X-RateLimit-Remaining-Hour"].ShouldBe($"{left}");
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        (await CallAsync(vendors, "sites/current")).Status.ShouldBe(HttpStatusCode.TooManyRequests, "the hour");
        clock.Advance(TimeSpan.FromMinutes(50));
        (await CallAsync(vendors, "sites/current")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Webhooks_TellWhichRecord_AsJsonOrAsAForm()
    {
        await using var vendors = await Vendors.StartAsync();
        await using var sink = await CallbackSink.StartAsync();
        await vendors.Add("iraiser", "webhooks", new { url = sink.Address("json?key=a%26b").AbsoluteUri });
        var donation = await vendors.Add("iraiser", "donations", new { email = "ada@example.org" });
        var told = await sink.NextAsync();
        told.Path.ShouldBe("/json?key=a%26b");
        (told.Json.GetProperty("event_type").GetString(), told.Json.GetProperty("object_id").GetInt64(), told.Json.GetProperty("site_id").GetString()).ShouldBe(("donations.update", donation, "demo"));

        await vendors.Sim("PATCH", "iraiser", "kinds/webhooks/1001", new { format = "form" });
        var order = await vendors.Add("iraiser", "orders", new { total_amount = "1" });
        told = await sink.NextAsync();
        told.Headers["Content-Type"].ShouldStartWith("application/x-www-form-urlencoded");
        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(told.Body));
        (form["event_type"].ToString(), form["object_id"].ToString()).ShouldBe(("orders.update", $"{order}"));
    }

    private static Task<Answer> CallAsync(Vendors vendors, string path) => vendors.Send("GET", $"/iraiser/v1/{path}", null, ("X-Api-Key", "iraiser-static-key"));
}
