using System.Diagnostics;
using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Queues;

[Trait("Category", "Host")]
public sealed class QueueTests(AzuriteFixture azurite)
{
    private readonly Recorder _recorder = new();
    private readonly string _name = AzuriteFixture.NewPrefix();

    private QueueClient Queue => Client(_name);

    private QueueClient Poison => Client($"{_name}-poison");

    private QueueClient Target => Client($"{_name}-out");

    [Fact]
    public async Task Message_Text_IsDecodedRunAndDeleted()
    {
        await SendAsync(Base64("é☃ <x>"));
        await using var host = await StartAsync<TextSample>();
        (await _recorder.NextAsync<string>()).ShouldBe("é☃ <x>");
        await host.StopAsync();
        await ShouldBeLeftAsync(Queue, 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Message_Blank_Runs(string text)
    {
        await SendAsync(Base64(text));
        await using var host = await StartAsync<TextSample>();
        (await _recorder.NextAsync<string>()).ShouldBe(text);
    }

    [Fact]
    public async Task Message_Json_GivesItsMembersAsBindingData()
    {
        await SendAsync(Base64("""{"n":2,"a":{ "b": 1 },"yes":true,"list":[1],"none":null,"id":"its own"}"""));
        await using var host = await StartAsync<TextSample>();
        await _recorder.NextAsync<string>();
        var data = await _recorder.NextAsync<IReadOnlyDictionary<string, object?>>();
        data["n"].ShouldBe("2");
        data["a"].ShouldBe("""{"b":1}""");
        data["yes"].ShouldBe("True");
        data["Id"].ShouldBe("its own");
        data["InsertionTime"].ShouldBeOfType<string>().ShouldStartWith("\"20");
        data.Keys.Except(["n", "a", "yes", "QueueTrigger", "DequeueCount", "Id", "PopReceipt", "ExpirationTime", "InsertionTime", "NextVisibleTime"], StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
        (await _recorder.NextAsync<(string? N, bool HasId, long DequeueCount, bool HasTime)>()).ShouldBe(("2", true, 1, true));
    }

    [Fact]
    public async Task Message_AsBytes_IsDecoded()
    {
        await SendAsync(Convert.ToBase64String([0xff, 0x00]));
        await using var host = await StartAsync<BytesSample>();
        (await _recorder.NextAsync<byte[]>()).ShouldBe([0xff, 0x00]);
    }

    [Fact]
    public async Task Message_AsBinaryData_HasItsTextButNotItsMembersAsBindingData()
    {
        await SendAsync(Base64("""{"n":"é"}"""));
        await using var host = await StartAsync<BinarySample>();
        (await _recorder.NextAsync<(string, string?, string?)>()).ShouldBe(("""{"n":"é"}""", """{"n":"é"}""", null));
    }

    [Fact]
    public async Task Message_AsMemory_NeedBeNoText()
    {
        await SendAsync(Convert.ToBase64String([0xff, 0x00]));
        await using var host = await StartAsync<MemorySample>();
        (await _recorder.NextAsync<byte[]>()).ShouldBe([0xff, 0x00]);
        (await _recorder.NextAsync<bool>()).ShouldBeFalse();
    }

    [Fact]
    public async Task Message_ThatIsNoBase64_GoesToPoisonForBytesToo()
    {
        await SendAsync("this is no base64!");
        await using var host = await StartAsync<BytesSample>();
        (await PoisonedAsync(host)).MessageText.ShouldBe("this is no base64!");
        _recorder.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Message_AsQueueMessage_HasItsTextDecoded()
    {
        await SendAsync(Base64("x"));
        await using var host = await StartAsync<MessageSample>();
        var message = await _recorder.NextAsync<QueueMessage>();
        message.MessageText.ShouldBe("x");
        message.DequeueCount.ShouldBe(1);
        (message.ExpiresOn - message.InsertedOn).ShouldBe(TimeSpan.FromDays(7));
        (message.NextVisibleOn - message.InsertedOn)!.Value.ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
    }

    [Theory]
    [InlineData("""{"id":7,"name":"x","extra":true}""", "Order { Id = 7, Name = x }")]
    [InlineData("null", "null")]
    public async Task Message_AsObject_IsBoundWithoutRegardToCase(string json, string expected)
    {
        await SendAsync(Base64(json));
        await using var host = await StartAsync<OrderSample>();
        (await _recorder.NextAsync<object>()).ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("this is no base64!")]
    [InlineData("abcd")]
    public async Task Message_ThatIsNoText_GoesToPoisonAsItWas(string stored)
    {
        await SendAsync(stored);
        await using var host = await StartAsync<TextSample>();
        (await PoisonedAsync(host)).MessageText.ShouldBe(stored);
        _recorder.All.ShouldBeEmpty();
        host.Log.Entries.Count(entry => entry.Message.EndsWith("cannot be read by 'Functions.Text'.")).ShouldBe(5);
    }

    [Fact]
    public async Task Message_ThatIsNoSuchObject_GoesToPoison()
    {
        await SendAsync(Base64("""{"id":"word"}"""));
        await using var host = await StartAsync<OrderSample>();
        (await PoisonedAsync(host)).MessageText.ShouldBe(Base64("""{"id":"word"}"""));
        var failed = await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Order' (Failed"));
        failed.Exception!.GetType().Name.ShouldBe("FunctionInputConverterException");
        failed.Exception.Message.ShouldStartWith("Error converting 1 input parameters for Function 'Order': Cannot convert input parameter 'order' to type");
    }

    [Fact]
    public async Task Function_ThatAlwaysFails_IsGivenAMessageFiveTimes()
    {
        await SendAsync(Base64("bad"));
        await using var host = await StartAsync<FailingSample>();
        var poisoned = await PoisonedAsync(host);
        poisoned.MessageText.ShouldBe(Base64("bad"));
        poisoned.DequeueCount.ShouldBe(1);
        _recorder.All.ShouldBe([1L, 2L, 3L, 4L, 5L]);
        await host.StopAsync();
        await ShouldBeLeftAsync(Queue, 0);
    }

    [Fact]
    public async Task Settings_OfHostJson_LimitTheDeliveries()
    {
        await SendAsync(Base64("bad"));
        await using var host = await StartAsync<FailingSample>("""{ "maxDequeueCount": 2, "visibilityTimeout": "00:00:02" }""");
        (await _recorder.NextAsync<long>()).ShouldBe(1);
        var clock = Stopwatch.StartNew();
        (await _recorder.NextAsync<long>()).ShouldBe(2);
        // The service counts in whole seconds.
        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
        await PoisonedAsync(host);
        _recorder.All.ShouldBe([1L, 2L]);
    }

    [Fact]
    public async Task Run_ThatHeedsItsTimeLimit_CountsAsAFailedDelivery()
    {
        await SendAsync(Base64("slow"));
        await using var host = await StartAsync<GatedSample>("""{ "maxDequeueCount": 2 }""", timeout: "00:00:00.3");
        (await PoisonedAsync(host)).MessageText.ShouldBe(Base64("slow"));
        _recorder.All.ShouldBe(["begin", "begin"]);
        var failures = host.Log.Entries.Where(entry => entry.Message.StartsWith("Executed 'Functions.Gated' (Failed")).ToList();
        failures.Select(failure => failure.Exception!.GetType().Name).ShouldBe(["FunctionTimeoutException", "FunctionTimeoutException"]);
        failures[0].Exception!.Message.ShouldBe("Timeout value of 00:00:00.3000000 was exceeded by function: Functions.Gated");
    }

    [Fact]
    public async Task Run_ThatIgnoresItsTimeLimit_KeepsItsMessageUntilItsEnd()
    {
        await SendAsync(Base64("deaf"));
        await using var host = await StartAsync<DeafSample>(
            settings: (QueueSettings.MessageLeaseSetting, "00:00:02"), timeout: "00:00:00.2", abandonAfter: TimeSpan.FromMilliseconds(200));
        await host.Log.WaitForAsync(entry => entry.Message.StartsWith("'Functions.Deaf' was told to end and goes on; its message"));
        // Twice the time for which the message was hidden at first.
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        _recorder.All.ShouldBe(["begin deaf 1"]);
        _recorder.OpenGate();
        foreach (var said in (string[])["begin deaf 1", "end deaf 1", "begin deaf 2"]) (await _recorder.NextAsync<string>()).ShouldBe(said);
        _recorder.OpenGate();
    }

    [Fact]
    public async Task Run_ThatIgnoresTheStop_LeavesItsMessageHidden()
    {
        await SendAsync(Base64("deaf"));
        await using var host = await StartAsync<DeafSample>(drainLimit: TimeSpan.FromMilliseconds(200), abandonAfter: TimeSpan.FromMilliseconds(200));
        (await _recorder.NextAsync<string>()).ShouldBe("begin deaf 1");
        await host.StopAsync();
        (await Queue.PeekMessagesAsync()).Value.ShouldBeEmpty();
        await ShouldBeLeftAsync(Queue, 1);
        _recorder.OpenGate();
    }

    [Fact]
    public async Task PoisonQueue_ThatFails_HasNoPoisonQueueOfItsOwn()
    {
        await Poison.CreateAsync();
        await Poison.SendMessageAsync(Base64("bad"));
        await using var host = await StartAsync<FailingSample>(settings: ("Queue", Poison.Name));
        await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Failing' (Failed"));
        await host.StopAsync();
        (await Poison.PeekMessagesAsync()).Value.ShouldBeEmpty();
        await ShouldBeLeftAsync(Poison, 1);
        (await Client($"{Poison.Name}-poison").ExistsAsync()).Value.ShouldBeFalse();
    }

    [Fact]
    public async Task Queue_MissingAtTheStart_IsNotMadeAndItsMessagesRunLater()
    {
        await using var host = await StartAsync<TextSample>();
        (await Queue.ExistsAsync()).Value.ShouldBeFalse();
        await SendAsync(Base64("late"));
        (await _recorder.NextAsync<string>()).ShouldBe("late");
    }

    [Fact]
    public async Task Batch_OfTwoWithoutThreshold_RunsTwoAtATime()
    {
        await SendAsync(Base64("1"), Base64("2"), Base64("3"), Base64("4"));
        await using var host = await StartAsync<GatedSample>("""{ "batchSize": 2, "newBatchThreshold": 0 }""");
        for (var round = 0; round < 2; round++)
        {
            (await _recorder.NextAsync<string>()).ShouldBe("begin");
            (await _recorder.NextAsync<string>()).ShouldBe("begin");
            _recorder.OpenGate();
            (await _recorder.NextAsync<string>()).ShouldBe("end");
            _recorder.OpenGate();
            (await _recorder.NextAsync<string>()).ShouldBe("end");
        }

        await host.StopAsync();
        await ShouldBeLeftAsync(Queue, 0);
    }

    [Fact]
    public async Task Message_WorkedOnForLong_StaysHidden()
    {
        await SendAsync(Base64("slow"));
        await using var host = await StartAsync<GatedSample>(settings: (QueueSettings.MessageLeaseSetting, "00:00:02"));
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        // Twice the lease: without renewal the message would have come again.
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        _recorder.OpenGate();
        (await _recorder.NextAsync<string>()).ShouldBe("end");
        await host.StopAsync();
        await ShouldBeLeftAsync(Queue, 0);
        _recorder.All.ShouldBe(["begin", "end"]);
    }

    [Fact]
    public async Task Host_ThatStops_LetsARunEndAndDeletesItsMessage()
    {
        await SendAsync(Base64("running"));
        await using var host = await StartAsync<GatedSample>();
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        var stopping = host.StopAsync();
        stopping.IsCompleted.ShouldBeFalse();
        _recorder.OpenGate();
        await stopping;
        _recorder.All.ShouldBe(["begin", "end"]);
        await ShouldBeLeftAsync(Queue, 0);
    }

    [Fact]
    public async Task Host_ThatStopsAtItsLimit_TellsTheRunAndGivesTheMessageBack()
    {
        await SendAsync(Base64("running"));
        await using var host = await StartAsync<GatedSample>(drainLimit: TimeSpan.FromMilliseconds(200));
        (await _recorder.NextAsync<string>()).ShouldBe("begin");
        await host.StopAsync();
        _recorder.All.ShouldBe(["begin"]);
        (await Queue.ReceiveMessageAsync()).Value.DequeueCount.ShouldBe(2);
    }

    [Theory]
    [InlineData("text", "é")]
    [InlineData("empty", "")]
    [InlineData("poco", "{\n  \"Id\": 1,\n  \"Name\": \"éx\"\n}")]
    [InlineData("many", "a", "b", "c")]
    [InlineData("none")]
    [InlineData("null")]
    [InlineData("bytes", "\u0001\u0002")]
    public async Task Output_OfAFunction_IsSentEncoded(string kind, params string[] expected)
    {
        await SendAsync(Base64(kind));
        await using var host = await StartAsync<OutputSample>();
        await host.Log.WaitForAsync(entry => entry.Message.StartsWith("Executed 'Functions.Output' (Succeeded"));
        if (expected.Length == 0)
        {
            (await Target.ExistsAsync()).Value.ShouldBeFalse();
            return;
        }

        var messages = (await Target.ReceiveMessagesAsync(32)).Value;
        messages.Select(message => Encoding.UTF8.GetString(Convert.FromBase64String(message.MessageText))).ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task Output_TooBigForAMessage_MakesTheRunFail()
    {
        await SendAsync(Base64("big"));
        await using var host = await StartAsync<OutputSample>();
        (await PoisonedAsync(host)).MessageText.ShouldBe(Base64("big"));
        host.Log.Entries.Count(entry => entry.Message.StartsWith("Executed 'Functions.Output' (Failed")).ShouldBe(5);
        if ((await Target.ExistsAsync()).Value) await ShouldBeLeftAsync(Target, 0);
    }

    [Theory]
    [InlineData("""{ "batchSize": 0 }""", "host.json: extensions.queues.batchSize is 0; it must be from 1 to 32.")]
    [InlineData("""{ "batchSize": 33 }""", "host.json: extensions.queues.batchSize is 33; it must be from 1 to 32.")]
    [InlineData("""{ "newBatchThreshold": -1 }""", "host.json: extensions.queues.newBatchThreshold is -1; it must be from 0 to 2147483647.")]
    [InlineData("""{ "maxDequeueCount": 0 }""", "host.json: extensions.queues.maxDequeueCount is 0; it must be from 1 to 2147483647.")]
    [InlineData("""{ "maxPollingInterval": "00:00:00.05" }""", "host.json: extensions.queues.maxPollingInterval is 00:00:00.0500000; it must be 00:00:00.1000000 at least.")]
    public async Task Setting_OutOfRange_LetsNothingStart(string queues, string expected)
        => (await Should.ThrowAsync<InvalidOperationException>(() => StartAsync<TextSample>(queues))).Message.ShouldBe(expected);

    [Fact]
    public async Task Queue_NamedInCapitals_IsTheOneInSmallLetters()
    {
        await SendAsync(Base64("capitals"));
        await using var host = await StartAsync<TextSample>(settings: ("Queue", _name.ToUpperInvariant()));
        (await _recorder.NextAsync<string>()).ShouldBe("capitals");
    }

    [Fact]
    public async Task Queue_WhoseNameIsNone_TurnsOffThatFunctionAlone()
    {
        await SendAsync(Base64("still"));
        await using var host = await StartAsync([typeof(TextSample), typeof(NamelessSample)], """{ "messageEncoding": "none" }""");
        (await _recorder.NextAsync<string>()).ShouldBe("still");
        var messages = host.Log.Entries.Select(entry => entry.Message).ToList();
        messages.ShouldContain("Error indexing method 'Functions.Nameless'. A queue name can contain only letters, numbers, and dash(-) characters - \"no_name\" (Parameter 'name')");
        messages.ShouldContain("Function 'Functions.Nameless' failed indexing and will be disabled.");
        messages.ShouldContain("host.json: 'extensions.queues.messageEncoding' has no effect: messages are base64.");
    }

    [Fact]
    public async Task Batch_ByDefault_IsOfSixteenAndMoreAreTakenAtTheThreshold()
    {
        await SendAsync([.. Enumerable.Range(0, 40).Select(number => Base64($"{number}"))]);
        await using var host = await StartAsync<DeafSample>("""{ "newBatchThreshold": 16 }""");
        await Eventually.HoldsAsync(() => Task.FromResult(_recorder.All.Count < 32 ? $"There are {_recorder.All.Count} at work." : null));
        var settings = host.Services.GetRequiredService<QueueSettings>();
        settings.BatchSize.ShouldBe(16);
        // Time for a third batch, were there one.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        _recorder.All.Count.ShouldBe(32);
        _recorder.OpenGate(40);
        await Eventually.HoldsAsync(async () => (await Queue.GetPropertiesAsync()).Value.ApproximateMessagesCount is var left and > 0 ? $"{left} are left." : null);
        _recorder.All.Distinct().Count().ShouldBe(80);
    }

    [Fact]
    public async Task Connection_ThatIsNotSet_TurnsOffThatFunctionAlone()
    {
        await SendAsync(Base64("still"));
        await using var host = await StartAsync([typeof(TextSample), typeof(UnconnectedSample)]);
        (await _recorder.NextAsync<string>()).ShouldBe("still");
        host.Log.Entries.ShouldContain(entry => entry.Message.Contains("'NoSuchStorage' is not set"));
        host.Log.Entries.ShouldContain(entry => entry.Message == "Function 'Functions.Unconnected' failed indexing and will be disabled.");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task ShouldBeLeftAsync(QueueClient queue, int count)
        => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount.ShouldBe(count);

    private QueueClient Client(string name) => new(azurite.ConnectionString, name);

    private async Task SendAsync(params string[] stored)
    {
        await Queue.CreateIfNotExistsAsync();
        foreach (var text in stored) await Queue.SendMessageAsync(text);
    }

    private async Task<QueueMessage> PoisonedAsync(TestHost host)
    {
        await host.Log.WaitForAsync(entry => entry.Message.Contains($"Moving message to queue '{Poison.Name}'."));
        await host.StopAsync();
        return (await Poison.ReceiveMessageAsync()).Value;
    }

    private Task<TestHost> StartAsync<T>(
        string queues = "{}", (string Name, string Value)? settings = null, string timeout = "-1", TimeSpan? drainLimit = null, TimeSpan? abandonAfter = null)
        => StartAsync([typeof(T)], queues, settings, timeout, drainLimit, abandonAfter);

    private Task<TestHost> StartAsync(
        Type[] functions, string queues = "{}", (string Name, string Value)? settings = null, string timeout = "-1", TimeSpan? drainLimit = null, TimeSpan? abandonAfter = null)
    {
        var options = new TestHostOptions
        {
            HostJson = $$"""{ "functionTimeout": "{{timeout}}", "extensions": { "queues": {{queues}} } }""",
            Settings =
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                ["Queue"] = _name,
                ["Target"] = $"{_name}-out",
            },
            Configure = builder => builder.Services.AddSingleton(_recorder),
            DrainLimit = drainLimit ?? TimeSpan.FromSeconds(30),
            AbandonAfter = abandonAfter ?? TimeSpan.FromSeconds(10),
        };
        if (settings is { } setting) options.Settings[setting.Name] = setting.Value;
        return TestHost.StartAsync(options, functions);
    }
}
