using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using SyncFunctions.App.Settings;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Settings;

public sealed class SettingsTests
{
    private static readonly (string Name, string Value)[] Azure =
    [
        ("AzureWebJobsStorage:tableServiceUri", "https://a.table.core.windows.net"), ("AzureWebJobsStorage:queueServiceUri", "https://a.queue.core.windows.net"), ("AzureWebJobsStorage:blobServiceUri", "https://a.blob.core.windows.net"),
        ("AzureWebJobsStorage:credential", "managedidentity"),
        ("StateStorage", "UseDevelopmentStorage=true"), ("DurableStorage", "UseDevelopmentStorage=true"), ("TaskHubName", "SyncFunctions"),
        ("PollSchedule", "0 * * * * *"), ("HookSchedule", "0 23 * * * *"), ("RetentionSchedule", "0 17 3 * * *"), ("NoticeSchedule", "0 */15 * * * *"),
        ("SecretKeyUri", "https://v.vault.azure.net/secrets/keys"),
    ];

    [Theory]
    [InlineData("Smtp:Port", "many", "The setting 'Smtp__Port' is a whole number from 1 to 65535.")]
    [InlineData("Smtp:Hots", "mail.example", "The setting 'Smtp__Hots' is not known: look at how it is spelled.")]
    [InlineData("Smtp:EnableSsl", "yes", "The setting 'Smtp__EnableSsl' is true or false.")]
    [InlineData("RecordsApi:TimeLimit", "-1", "The setting 'RecordsApi__TimeLimit' is a number of seconds, 200 at most.")]
    [InlineData("LogRetentionDays", "0", "The setting 'LogRetentionDays' is a whole number from 1 to 3650.")]
    [InlineData("PublicBaseUrl", "sync.example.com", "The setting 'PublicBaseUrl' is not an http address, such as https://sync.example.com.")]
    [InlineData("SignIn:Issuer", "http://issuer.example", "The setting 'SignIn__Issuer' is not an https address.")]
    [InlineData("SignIn:OperatorClaim", "roles", "The setting 'SignIn__OperatorValue' is missing: who runs the app is said by a claim and its value.")]
    [InlineData("OperatorKey", "short-secret", "The setting 'OperatorKey' is too short: a key has 20 characters or more.")]
    [InlineData("OperatorKey", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/k)", "The setting 'OperatorKey' refers to a secret that the app could not read from Key Vault: look at the reference's status in the portal, and whether the app's identity has the role Key Vault Secrets User.")]
    [InlineData("SecretKeyUri", "https://v.vault.azure.net/", "The setting 'SecretKeyUri' is not the address of a secret: https://{vault}.vault.azure.net/secrets/{name}.")]
    [InlineData("OperatorKeyUri", "https://v.vault.azure.net/", "The setting 'OperatorKeyUri' is not the address of a secret: https://{vault}.vault.azure.net/secrets/{name}.")]
    [InlineData("SecretKeys", "{}", "The setting 'SecretKeys' can't be used: The keys in the setting 'SecretKeys' do not hold the current one.")]
    [InlineData("Dashboard:Folder", "/nowhere", "The setting 'Dashboard__Folder' names a folder that does not exist.")]
    [InlineData("PollSchedule", "every minute", "The setting 'PollSchedule' is no NCRONTAB expression of six fields, such as '0 * * * * *' for every minute.")]
    [InlineData("TaskHubName", "sync-functions", "The setting 'TaskHubName' is 3 to 45 letters and digits, and begins with a letter.")]
    [InlineData("StateStorage", "hush", "The setting 'StateStorage' is not the connection string of a storage account (Azurite: UseDevelopmentStorage=true).")]
    public void WrongSetting_IsNamed_WithWhatToPut(string name, string value, string fault) =>
        Faults(Hosting.Embedded, [("AzureWebJobsStorage", "UseDevelopmentStorage=true"), (name, value)]).ShouldBe([fault]);

    [Fact]
    public void Everything_IsSaidAtOnce_AndNoValueIsRepeated()
    {
        var faults = Faults(Hosting.Embedded, [("Smtp:Port", "secret-a"), ("OperatorKey", "secret-b"), ("Smtp:EnableSsl", "secret-c")]);

        faults.Length.ShouldBe(4);
        faults.ShouldContain(fault => fault.StartsWith("The setting 'AzureWebJobsStorage' is missing: "));
        faults.ShouldAllBe(fault => !fault.Contains("secret-"));
    }

    [Fact]
    public void OneMachine_NeedsOneStorageConnection()
    {
        var configuration = Configuration([("AzureWebJobsStorage", "UseDevelopmentStorage=true")]);
        var reader = new SettingReader(configuration, Hosting.Embedded);
        HostSettings.Apply(reader, configuration);

        reader.Faults.ShouldBeEmpty();
        configuration["DurableStorage"].ShouldBe("UseDevelopmentStorage=true");
        configuration["PollSchedule"].ShouldBe("0 * * * * *");
        AppSettings.Read(configuration).SignIn.Local.ShouldBeTrue();
    }

    [Fact]
    public void OnAzure_WhatIsNeededIsEnough()
    {
        Faults(Hosting.Azure, Azure).ShouldBeEmpty();
        var settings = AppSettings.Read(Configuration(Azure), Hosting.Azure);
        settings.SignIn.Local.ShouldBeFalse();
        settings.ClientAddressHeader.ShouldBe("X-Forwarded-For");
    }

    [Theory]
    [InlineData("PollSchedule")]
    [InlineData("TaskHubName")]
    [InlineData("DurableStorage")]
    [InlineData("SecretKeyUri")]
    public void OnAzure_NothingTakesADefaultThatTheHostWouldNotSee(string name) =>
        Faults(Hosting.Azure, [.. Azure.Where(setting => setting.Name != name)]).ShouldHaveSingleItem().ShouldStartWith($"The setting '{name}' is missing: ");

    [Theory]
    [InlineData("SecretKeyFile", "/keys.json")]
    [InlineData("SignIn:Local", "true")]
    [InlineData("SignIn:PasswordFile", "/password.txt")]
    [InlineData("Dashboard:Folder", "/")]
    [InlineData("EmbeddedHost:KeyFile", "/host-keys.json")]
    [InlineData("EmbeddedHost:MessageLease", "00:01:00")]
    [InlineData("Webhooks:AllowPrivateHosts", "true")]
    public void OnAzure_SettingsOfTheEmbeddedHost_AreRefused(string name, string value) =>
        Faults(Hosting.Azure, [.. Azure, (name, value)]).ShouldHaveSingleItem().ShouldStartWith($"The setting '{name.Replace(":", "__")}' is for the embedded host only: take it away");

    [Fact]
    public void OnAzure_KeysMayComeByAReference()
    {
        var keys = SecretKeys.New().ToJson();

        Faults(Hosting.Azure, [.. Azure.Where(setting => setting.Name != "SecretKeyUri"), ("SecretKeys", keys)]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Systems:synergy:aplicationKey", "The setting 'Systems__synergy__aplicationKey' is not known: those of synergy are ")]
    [InlineData("Systems:synergie:applicationKey", "The setting 'Systems__synergie__applicationKey' is not known: the systems are ")]
    public void SettingOfASystem_MustBeOneThatItHas(string name, string fault)
    {
        SystemFaults((name, "hush")).ShouldHaveSingleItem().ShouldStartWith(fault);
        SystemFaults(("Systems:synergy:applicationKey", "x"), ("Systems:Synergy:ApplicationSecret", "x")).ShouldBeEmpty();
    }

    [Fact]
    public void Secrets_AreInNoText()
    {
        var settings = AppSettings.Read(Configuration([("Smtp:Host", "mail.example"), ("Smtp:From", "a@example.com"), ("Smtp:Password", "hush-1"), ("SignIn:Issuer", "https://i.example"), ("SignIn:ClientId", "app"), ("SignIn:ClientSecret", "hush-2"), ("OperatorKey", "hush-3-hush-3-hush-3")]));

        $"{settings.Smtp} {settings.SignIn}".ShouldNotContain("hush");
    }

    [Fact]
    public void OperatorKey_GivenTwice_IsRefused() =>
        Faults(Hosting.Azure, [.. Azure, ("OperatorKeyUri", "https://v.vault.azure.net/secrets/k"), ("OperatorKey", "twenty-characters-and")]).ShouldBe(["The setting 'OperatorKey' is the secret of 'OperatorKeyUri' already: take one of the two away."]);

    [Theory]
    [InlineData("0 * * * * *", true)]
    [InlineData("0 */15 8-18 1,15 jan-MAR Mon", true)]
    [InlineData("*/30 0-59/2 23 31 12 6", true)]
    [InlineData("99 * * * * *", false)]
    [InlineData("0 60 * * * *", false)]
    [InlineData("0 * 24 * * *", false)]
    [InlineData("0 * * 0 * *", false)]
    [InlineData("0 * * * 13 *", false)]
    [InlineData("0 * * * * fun", false)]
    [InlineData("0 */0 * * * *", false)]
    [InlineData("0 1-2-3 * * * *", false)]
    [InlineData("0 , * * * *", false)]
    [InlineData("* * * * *", false)]
    public void Schedule_IsOneThatTheHostTakes(string schedule, bool taken) =>
        Faults(Hosting.Embedded, [("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("PollSchedule", schedule)]).Length.ShouldBe(taken ? 0 : 1);

    [Fact]
    public void EmptyText_IsAsIfNothingWereSet() =>
        Faults(Hosting.Embedded, [("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("PollSchedule", ""), ("TaskHubName", ""), ("StateStorage", ""), ("OperatorKey", ""), ("PublicBaseUrl", "")]).ShouldBeEmpty();

    [Fact]
    public void StorageByAddresses_NeedsAllThree_AndServesForAllConnections()
    {
        (string, string) part = ("AzureWebJobsStorage:tableServiceUri", "https://a.table.core.windows.net");

        Faults(Hosting.Azure, [.. Azure.Where(setting => setting.Name != "AzureWebJobsStorage:queueServiceUri")]).ShouldBe(["The setting 'AzureWebJobsStorage__queueServiceUri' is missing: the address of the account's queues, such as https://{account}.queue.core.windows.net."]);
        Faults(Hosting.Azure, [.. Azure.Where(setting => setting.Name != "AzureWebJobsStorage:queueServiceUri"), ("AzureWebJobsStorage:queueServiceUri", "a.queue")]).ShouldBe(["The setting 'AzureWebJobsStorage__queueServiceUri' is not an https address."]);
        Faults(Hosting.Embedded, [part]).Length.ShouldBe(6);
        Faults(Hosting.Embedded, [part, ("AzureWebJobsStorage:queueServiceUri", "https://a.queue.core.windows.net"), ("AzureWebJobsStorage:blobServiceUri", "https://a.blob.core.windows.net")]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Keys_OfAFileThatCannotBeRead_AreRefused()
    {
        var file = AppSettings.Read(Configuration([("SecretKeyFile", typeof(SettingsTests).Assembly.Location)]));
        var missing = AppSettings.Read(Configuration([("SecretKeyFile", Path.Combine(typeof(SettingsTests).Assembly.Location, "keys.json"))]));

        (await Should.ThrowAsync<SettingsException>(file.LoadSecretsAsync(TestContext.Current.CancellationToken))).Message.ShouldStartWith("The keys in ");
        (await Should.ThrowAsync<SettingsException>(missing.LoadSecretsAsync(TestContext.Current.CancellationToken))).Message.ShouldStartWith("The setting 'SecretKeyFile' leads to no keys: ");
    }

    [Fact]
    public async Task TheAppItself_SaysAllOfIt_AndEndsWithOne()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AppSettings).Assembly.Location]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new[] { ("AzureWebJobsStorage", "AccountName=a;AccountKey=hush"), ("PollSchedule", "99 * * * * *"), ("Smtp__Hots", "hush"), ("Systems__synergy__aplicationKey", "hush"), ("OperatorKey", "hush") }) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(1);
        // The other two connections are those of the host.
        (await error).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\'')[1]).ShouldBe(["PollSchedule", "AzureWebJobsStorage", "StateStorage", "DurableStorage", "OperatorKey", "Smtp__Hots", "Systems__synergy__aplicationKey"]);
        (await output + await error).ShouldNotContain("hush");
        (await output + await error).ShouldNotContain("   at ");
    }

    private static IReadOnlyList<string> SystemFaults(params (string Name, string Value)[] settings)
    {
        var configuration = Configuration(settings);
        var reader = new SettingReader(configuration, Hosting.Embedded);
        AppSettings.Read(reader, configuration).CheckSystems(reader);
        return reader.Faults;
    }

    private static string[] Faults(Hosting hosting, (string Name, string Value)[] settings)
    {
        var configuration = Configuration(settings);
        var reader = new SettingReader(configuration, hosting);
        HostSettings.Apply(reader, configuration);
        AppSettings.Read(reader, configuration);
        return [.. reader.Faults];
    }

    private static ConfigurationManager Configuration((string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        return configuration;
    }
}
