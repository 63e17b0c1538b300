using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Timers;

[Trait("Category", "Host")]
public sealed class TimerTests(AzuriteFixture azurite)
{
    private readonly Recorder _recorder = new();
    private readonly string _hostId = AzuriteFixture.NewPrefix();

    [Fact]
    public async Task Timer_UnderAMinute_FiresOnTheSecondWithoutStatus()
    {
        await using var host = await StartAsync(typeof(EverySecond));
        var (first, timer) = await _recorder.NextAsync<(DateTime At, TimerInfo Timer)>();
        var (second, _) = await _recorder.NextAsync<(DateTime At, TimerInfo Timer)>();
        timer.ScheduleStatus.ShouldBeNull();
        timer.IsPastDue.ShouldBeFalse();
        Slot(second).ShouldBeGreaterThan(Slot(first));
    }

    [Fact]
    public async Task Timer_OnStartup_RunsAtOnceAndKeepsItsStatus()
    {
        await using (await StartAsync(typeof(AtStart)))
        {
            var timer = await _recorder.NextAsync<TimerInfo>();
            timer.IsPastDue.ShouldBeFalse();
            timer.ScheduleStatus!.Last.ShouldBe(default);
            timer.ScheduleStatus.Next.Minute.ShouldBe(0);
            timer.ScheduleStatus.Next.Kind.ShouldBe(DateTimeKind.Utc);
        }

        await using (await StartAsync(typeof(AtStart)))
            (await _recorder.NextAsync<TimerInfo>()).ScheduleStatus!.Last.ShouldBe(DateTime.UtcNow, TimeSpan.FromMinutes(1));
        var kept = JsonNode.Parse((await Status("AtStart").DownloadContentAsync()).Value.Content)!.AsObject();
        kept.Select(member => member.Key).ShouldBe(["Last", "Next", "LastUpdated"]);
    }

    [Fact]
    public async Task Timer_ThatMissedItsTime_RunsOnceAndIsPastDue()
    {
        var next = DateTime.UtcNow.Date.AddDays(-1);
        await KeepAsync("Hourly", next.AddHours(-1), next);
        await using var host = await StartAsync(typeof(Hourly));
        var timer = await _recorder.NextAsync<TimerInfo>();
        timer.IsPastDue.ShouldBeTrue();
        timer.ScheduleStatus!.Next.ShouldBe(next);
        await host.StopAsync();
        _recorder.All.Count.ShouldBe(1);
        var kept = JsonNode.Parse((await Status("Hourly").DownloadContentAsync()).Value.Content)!;
        ((DateTimeOffset)kept["Next"]!).UtcDateTime.ShouldBeGreaterThan(DateTime.UtcNow);
    }

    [Fact]
    public async Task Timer_WhoseScheduleChanged_IsNotPastDue()
    {
        var last = DateTime.UtcNow.Date.AddDays(-1);
        await KeepAsync("AtStart", last, last.AddMinutes(7));
        await using var host = await StartAsync(typeof(AtStart));
        (await _recorder.NextAsync<TimerInfo>()).IsPastDue.ShouldBeFalse();
    }

    [Fact]
    public async Task Timer_WhoseScheduleChanged_ForgetsItsLastRun()
    {
        var last = DateTime.UtcNow.Date.AddDays(-1);
        await KeepAsync("Hourly", last, last.AddMinutes(7));
        await using (var host = await StartAsync(typeof(Hourly)))
            await Eventually.HoldsAsync(async () => (await KeptAsync("Hourly"))["Last"] is var kept && (DateTimeOffset)kept! == default(DateTimeOffset) ? null : $"It is {kept}.");
        var next = ((DateTimeOffset)(await KeptAsync("Hourly"))["Next"]!).UtcDateTime;
        (next - DateTime.UtcNow).ShouldBeInRange(TimeSpan.FromMinutes(-1), TimeSpan.FromHours(1));
        _recorder.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Timer_ThatGetsALostLeaseBack_DoesNotStartAgain()
    {
        await using var host = TestHost.Build(Options(new TestHostOptions { Configure = builder => builder.Services.AddSingleton(_recorder) }), typeof(AtStart));
        var (blobs, store, invoker) = (host.Services.GetRequiredService<HostBlobs>(), host.Services.GetRequiredService<ScheduleStore>(), host.Services.GetRequiredService<IFunctionInvoker>());
        var function = host.Services.GetRequiredService<FunctionCatalog>().Functions.Single();
        var lease = new TimerLease(blobs, function, TimeProvider.System);
        (await lease.TryAcquireAsync(CancellationToken.None)).ShouldBeTrue();
        var loop = new TimerLoop(function, TimerSchedule.Parse("0 0 0 1 1 *"), lease, store, invoker, TimeProvider.System, NullLogger.Instance);
        for (var hold = 0; hold < 2; hold++)
        {
            using var lost = new CancellationTokenSource();
            var running = loop.RunAsync(lost.Token);
            if (hold == 0) await _recorder.NextAsync<TimerInfo>();
            // It has asked for its schedule and waits for the next year.
            else await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
            await lost.CancelAsync();
            await running;
        }

        _recorder.All.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    public async Task Timer_WhoseKeptScheduleMakesNoSense_BeginsAnew(string kept)
    {
        await new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").CreateIfNotExistsAsync();
        await Status("AtStart").UploadAsync(BinaryData.FromString(kept));
        await using var host = await StartAsync(typeof(AtStart));
        (await _recorder.NextAsync<TimerInfo>()).ScheduleStatus!.Last.ShouldBe(default);
        host.Log.Entries.ShouldContain(entry => entry.Message == "The schedule that is kept for 'AtStart' makes no sense and is made anew.");
    }

    [Fact]
    public async Task Timer_ThatFails_GoesOnAndKeepsThatItRan()
    {
        await using var host = await StartAsync(typeof(Failing));
        var timer = JsonNode.Parse(await _recorder.NextAsync<string>())!;
        timer.AsObject().Select(member => member.Key).ShouldBe(["Schedule", "ScheduleStatus", "IsPastDue"]);
        ((string)timer["ScheduleStatus"]!["Next"]!).ShouldEndWith(":00:00+00:00");
        ((bool)timer["IsPastDue"]!).ShouldBeFalse();
        DateTime.Parse(await _recorder.NextAsync<string>()).ShouldBe(DateTime.UtcNow, TimeSpan.FromMinutes(1));
        await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Failing' (Failed"));
        await host.StopAsync();
        ((DateTimeOffset)(await KeptAsync("Failing"))["Last"]!).UtcDateTime.ShouldBe(DateTime.UtcNow, TimeSpan.FromMinutes(1));
        _recorder.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Timer_ThatIgnoresItsTimeLimit_NeverOverlaps()
    {
        await using var host = await StartAsync(new TestHostOptions
        {
            HostJson = """{ "functionTimeout": "00:00:00.2" }""",
            Configure = builder => builder.Services.AddSingleton(_recorder),
            AbandonAfter = TimeSpan.FromMilliseconds(200),
        }, typeof(Deaf));
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        // Two more times pass meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(2.2), TestContext.Current.CancellationToken);
        _recorder.All.ShouldBe(["begin"]);
        host.Log.Entries.ShouldContain(entry => entry.Exception is FunctionTimeoutException);
        _recorder.OpenGate(10);
        (await _recorder.NextAsync<string>()).ShouldBe("end");
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(3600)]
    public async Task Clock_SetForward_GivesOneRunForAllTheTimesBetween(int seconds)
    {
        var time = new ShiftedTime();
        await using var host = await StartAsync(
            new TestHostOptions { Configure = builder => builder.Services.AddSingleton(_recorder).AddSingleton<TimeProvider>(time) }, typeof(EverySecond));
        await SlotAsync(_recorder);
        var before = _recorder.All.Count;
        time.Shift += TimeSpan.FromSeconds(seconds);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 4; i++) await SlotAsync(_recorder);
        // One at once, then one a second.
        var runs = _recorder.All.Count - before;
        runs.ShouldBeLessThanOrEqualTo((int)clock.Elapsed.TotalSeconds + 3);
    }

    [Fact]
    public async Task Timer_AtTheStart_SaysWhenItComesAndTakesItsLock()
    {
        await using var host = await StartAsync(
            new TestHostOptions { Settings = { ["WEBSITE_TIME_ZONE"] = "Europe/Rome" }, Configure = builder => builder.Services.AddSingleton(_recorder) }, typeof(Hourly));
        host.Log.Entries.ShouldContain(entry => entry.Message == "WEBSITE_TIME_ZONE is 'Europe/Rome', which has no effect: schedules are in UTC.");
        var hour = DateTime.UtcNow.Date.AddHours(DateTime.UtcNow.Hour);
        var line = (await host.Log.WaitForAsync(entry => entry.Message.StartsWith("The next 5 occurrences"))).Message.Split('\n');
        line[0].ShouldBe("The next 5 occurrences of the 'Hourly' schedule (Cron: '0 0 * * * *') will be:");
        line.Skip(1).ShouldBe(Enumerable.Range(1, 5).Select(ahead => hour.AddHours(ahead).ToString("MM/dd/yyyy HH:mm:ss'Z'")));
        var container = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts");
        await Eventually.HoldsAsync(async () => (await container.GetBlobClient($"locks/{_hostId}/Host.Functions.Hourly.Listener").ExistsAsync()).Value ? null : "There is no lock.");
    }

    [Fact]
    public async Task Timer_Unmonitored_IsNeverPastDue()
    {
        await KeepAsync("Hourly", DateTime.UtcNow.AddDays(-2), DateTime.UtcNow.AddDays(-1));
        await using var host = await StartAsync(typeof(HourlyUnmonitored));
        var timer = await _recorder.NextAsync<TimerInfo>();
        timer.IsPastDue.ShouldBeFalse();
        timer.ScheduleStatus.ShouldBeNull();
    }

    [Fact]
    public async Task Timer_ThatOverruns_NeverOverlaps()
    {
        await using var host = await StartAsync(typeof(Slow));
        for (var run = 0; run < 2; run++)
        {
            (await _recorder.NextAsync<string>()).ShouldBe("begin");
            // Longer than the interval, so that a time passes meanwhile.
            await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken);
            _recorder.OpenGate();
            (await _recorder.NextAsync<string>()).ShouldBe("end");
        }

        // Lets a third run end at once.
        _recorder.OpenGate();
    }

    [Fact]
    public async Task Timer_InTwoProcesses_FiresOnceATimeAndGoesOnInTheOther()
    {
        var other = new Recorder();
        await using var first = await StartAsync(typeof(EverySecond));
        var seen = new List<long> { await SlotAsync(_recorder), await SlotAsync(_recorder) };
        await using var second = await StartAsync(new TestHostOptions { Configure = builder => builder.Services.AddSingleton(other) }, typeof(EverySecond));
        seen.Add(await SlotAsync(_recorder));
        other.All.ShouldBeEmpty();
        await first.StopAsync();
        seen.Add(await SlotAsync(other));
        seen.AddRange(_recorder.All.Skip(3).Select(said => Slot((((DateTime, TimerInfo))said!).Item1)));
        seen.ShouldBeUnique();
    }

    [Fact]
    public async Task Retry_OfATimer_IsHonoured()
    {
        await using var host = await StartAsync(typeof(Retried));
        for (var retry = 0; retry <= 2; retry++) (await _recorder.NextAsync<(int, int)>()).ShouldBe((retry, 2));
        await host.StopAsync();
        _recorder.All.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Timer_WithAnInvalidSchedule_IsOffAndTheOthersRun()
    {
        await using var host = await StartAsync(typeof(Broken), typeof(AtStart));
        await _recorder.NextAsync<TimerInfo>();
        var messages = host.Log.Entries.Select(entry => entry.Message).ToList();
        messages.ShouldContain("Error indexing method 'Functions.Broken'. The schedule expression 'not a cron' was not recognized as a valid cron expression or timespan string.");
        messages.ShouldContain("Function 'Functions.Broken' failed indexing and will be disabled.");
        messages.ShouldContain(message => message.StartsWith("Error indexing method 'Functions.Impatient'. String 'soon' was not recognized as a valid TimeSpan."));
        messages.ShouldContain("Error indexing method 'Functions.Unset'. '%NoSuchSetting%' does not resolve to a value.");
    }

    [Fact]
    public async Task Timer_SetOffByHand_Runs()
    {
        await using var host = await StartAsync(typeof(Hourly));
        using var content = new StringContent("""{"input":""}""", Encoding.UTF8, "application/json");
        (await host.SendAsync(HttpMethod.Post, "/admin/functions/Hourly", host.Keys.MasterKey, content)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _recorder.NextAsync<TimerInfo>()).IsPastDue.ShouldBeFalse();
    }

    [Fact]
    public async Task Host_WithTimersAndNoStorage_SaysSoInOneSentence()
    {
        var options = new TestHostOptions { Configure = builder => builder.Services.AddSingleton(_recorder) };
        var exception = await Should.ThrowAsync<InvalidOperationException>(() => TestHost.StartAsync(options, typeof(Hourly)));
        exception.Message.ShouldStartWith("The storage connection 'AzureWebJobsStorage' is not set:");
    }

    private static long Slot(DateTime time) => time.Ticks / TimeSpan.TicksPerSecond;

    private static async Task<long> SlotAsync(Recorder recorder) => Slot((await recorder.NextAsync<(DateTime At, TimerInfo Timer)>()).At);

    private BlobClient Status(string function)
        => new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").GetBlobClient($"timers/{_hostId}/Host.Functions.{function}/status");

    private async Task KeepAsync(string function, DateTime last, DateTime next)
    {
        await new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").CreateIfNotExistsAsync();
        await Status(function).UploadAsync(BinaryData.FromString($$"""{"Last":"{{last:O}}","Next":"{{next:O}}","LastUpdated":"{{last:O}}"}"""));
    }

    private async Task<JsonNode> KeptAsync(string function)
        => await Status(function).ExistsAsync() ? JsonNode.Parse((await Status(function).DownloadContentAsync()).Value.Content)! : new JsonObject();

    private Task<TestHost> StartAsync(params Type[] functions)
        => StartAsync(new TestHostOptions { Configure = builder => builder.Services.AddSingleton(_recorder) }, functions);

    private Task<TestHost> StartAsync(TestHostOptions options, params Type[] functions) => TestHost.StartAsync(Options(options), functions);

    private TestHostOptions Options(TestHostOptions options)
    {
        options.Settings["AzureWebJobsStorage"] = azurite.ConnectionString;
        options.Settings[HostId.Setting] = _hostId;
        options.Settings["Schedule"] = "0 0 * * * *";
        return options;
    }

    /// <summary>The real time, with a clock that can be set.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
