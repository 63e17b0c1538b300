namespace SyncFunctions.Connectors.Tests;

public sealed class SystemsTests : IDisposable
{
    private readonly HttpClient _http = VendorPipeline.CreateClient();

    private Systems Shipped => new(new VendorPipeline(_http, TimeProvider.System, new Random(1)));

    public void Dispose() => _http.Dispose();

    [Fact]
    public void Find_KnownAndUnknownNames()
    {
        var systems = Shipped;
        systems.Find("synergy").ShouldNotBeNull().Catalog.DisplayName.ShouldBe("Total Synergy");
        systems.Find("unheardof").ShouldBeNull();
        systems.Catalogs.Select(catalog => catalog.System).ShouldBe(["connectwise", "iraiser", "mailchimp", "moovila", "raisersedge", "salesforce", "synergy", "tinyplus"]);
    }

    [Fact]
    public void Catalogs_AreWholeAndWithoutDoubles()
    {
        foreach (var catalog in Shipped.Catalogs)
        {
            catalog.Kinds.Select(kind => kind.Name).ShouldBeUnique();
            catalog.Settings.Keys.ShouldContain(VendorPipeline.ConcurrencySetting);
            catalog.Settings.Values.ShouldAllBe(setting => setting.Help.Length > 0);
            foreach (var kind in catalog.Kinds)
            {
                kind.Fields.Select(field => field.Name).ShouldBeUnique();
                if (kind.ParentKind is { } parent)
                    catalog.HasKind(parent).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Settings_ThatAreSecretOrRequired_HaveNoDefault() =>
        Shipped.Catalogs.SelectMany(catalog => catalog.Settings.Values).Where(setting => setting.Secret || setting.Required).ShouldAllBe(setting => setting.Default.Length == 0);

    [Fact]
    public void Settings_ThatConnectionsCannotDoWithout_AreTheTenantsToSet() =>
        Shipped.Catalogs.SelectMany(catalog => catalog.Settings.Where(setting => setting.Value.Required).Select(setting => (catalog.System, setting.Key, setting.Value.Kind)))
            .ShouldBe([("connectwise", "companyId", SettingScope.Connection), ("connectwise", "site", SettingScope.Connection)], ignoreOrder: true);
}
