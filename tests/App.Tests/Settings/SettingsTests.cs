using Microsoft.Extensions.Configuration;
using SyncFunctions.App.Settings;
using SyncFunctions.Connectors;
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
    [InlineData("StateStorage:tableServiceUri", "a.table", "The setting 'StateStorage__tableServiceUri' is not an https address.")]
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
        using var client = new HttpClient();
        var systems = new Systems(new VendorPipeline(client, TimeProvider.System, Random.Shared));

        Should.Throw<SettingsException>(() => AppSettings.Read(Configuration([(name, "x")])).Check(systems.Catalogs)).Faults.ShouldHaveSingleItem().ShouldStartWith(fault);
        Should.NotThrow(() => AppSettings.Read(Configuration([("Systems:synergy:applicationKey", "x"), ("Systems:Synergy:ApplicationSecret", "x")])).Check(systems.Catalogs));
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
