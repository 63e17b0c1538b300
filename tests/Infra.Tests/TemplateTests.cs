namespace SyncFunctions.Infra.Tests;

public sealed class TemplateTests
{
    private static readonly TemplateRules _genuine = new(Repository.Templates());

    private static TemplateRules Broken(string file, string from, string to)
    {
        var files = Repository.Templates();
        files[file].ShouldContain(from);
        files[file] = files[file].Replace(from, to, StringComparison.Ordinal);
        return new TemplateRules(files);
    }

    [Fact]
    public void Templates_AsTheyAre_AreWithoutFindings()
    {
        _genuine.Symbols().ShouldBeEmpty();
        _genuine.Parameters().ShouldBeEmpty();
        _genuine.Outputs().ShouldBeEmpty();
        _genuine.Roles().ShouldBeEmpty();
        _genuine.Resources().ShouldBeEmpty();
        _genuine.Functions().ShouldBeEmpty();
        _genuine.Secrets().ShouldBeEmpty();
        _genuine.Keyless().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("principalId: principalId", "principalId: principal", "'principal' is declared nowhere")]
    [InlineData("var roleIds = {", "var spare = 1\nvar roleIds = {", "'spare' is used nowhere")]
    [InlineData("param tags object", "param tags object\nparam tags object", "'tags' is declared twice")]
    public void Symbols_OneWrong_IsFound(string from, string to, string finding) =>
        Broken("modules/monitoring.bicep", from, to).Symbols().ShouldContain($"modules/monitoring.bicep: {finding}");

    [Fact]
    public void Symbols_OfALoopOrALambda_AreKnownInsideOnly()
    {
        new TemplateRules(new Dictionary<string, string> { ["a.bicep"] = "param list array\noutput made array = [for (one, i) in list: { n: one, at: i, of: map(list, x => x.y) }]" }).Symbols().ShouldBeEmpty();
        new TemplateRules(new Dictionary<string, string> { ["a.bicep"] = "param list array\noutput made array = concat([for one in list: one], one)" }).Symbols().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("    retentionDays: telemetryDays\n", "", "main.bicep: modules/monitoring.bicep is not given 'retentionDays'")]
    [InlineData("    retentionDays: telemetryDays\n", "    retentionDays: telemetryDays\n    retention: 1\n", "main.bicep: modules/monitoring.bicep asks for no 'retention'")]
    [InlineData("'modules/monitoring.bicep'", "'modules/monitor.bicep'", "main.bicep: there is no modules/monitor.bicep")]
    [InlineData("'modules/monitoring.bicep'", "'modules/monitor.bicep'", "modules/monitoring.bicep is used nowhere")]
    [InlineData("param alertEmail string = ''", "param alertMail string = ''", "main.bicepparam: main.bicep asks for no 'alertEmail'")]
    [InlineData("param alertEmail string = ''", "param alertEmail string = ''\nparam phone string", "main.bicepparam: main.bicep is not given 'phone'")]
    public void Parameters_OneWrong_IsFound(string from, string to, string finding) => Broken("main.bicep", from, to).Parameters().ShouldContain(finding);

    [Theory]
    [InlineData("modules/vault.bicep", "output id string", "output ident string", "modules/vault.bicep has no output 'id'")]
    [InlineData("modules/vault.bicep", "output id string", "output ident string", "modules/vault.bicep: the output 'ident' is neither read nor described")]
    [InlineData("main.bicep", "@description('The function app.')\n", "", "main.bicep: the output 'AZURE_FUNCTION_APP_NAME' is neither read nor described")]
    public void Outputs_OneWrong_IsFound(string file, string from, string to, string finding) => Broken(file, from, to).Outputs().ShouldContain(finding);

    [Theory]
    [InlineData("4633458b-17de-408a-b874-0445c86b69e6", "4633458b-17de-408a-b874-0445c86b69e7")]
    [InlineData("'Key Vault Secrets User': '4633458b", "'Key Vault Reader': '4633458b")]
    public void Roles_OneWrong_IsFound(string from, string to) => Broken("modules/vault.bicep", from, to).Roles().ShouldHaveSingleItem();

    [Theory]
    [InlineData("vaults@2023-07-01", "vaults@2027-07-01")]
    [InlineData("Microsoft.KeyVault/vaults@", "Microsoft.KeyVault/safes@")]
    public void Resources_OneUnknown_IsFound(string from, string to) => Broken("modules/vault.bicep", from, to).Resources().ShouldHaveSingleItem();

    [Theory]
    [InlineData("guid(workspaceId, 'workbook')", "newGuid()")]
    [InlineData("version: '1.0'", "version: utcNow()")]
    public void Functions_ThatChangeAtEachDeployment_AreFound(string from, string to) => Broken("modules/workbook.bicep", from, to).Functions().ShouldHaveSingleItem();

    [Theory]
    [InlineData("kind: 'shared'", "kind: 'AccountName=a;AccountKey=abc'")]
    [InlineData("kind: 'shared'", "kind: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA='")]
    [InlineData("param tags object", "param tags object\nparam smtpPassword string = ''")]
    [InlineData("param tags object", "param tags object\noutput hostKey string = location")]
    public void Secrets_OneInATemplate_IsFound(string from, string to) => Broken("modules/workbook.bicep", from, to).Secrets().ShouldHaveSingleItem();

    [Theory]
    [InlineData("modules/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true")]
    [InlineData("modules/storage.bicep", "'TLS1_2'", "'TLS1_0'")]
    [InlineData("modules/vault.bicep", "enablePurgeProtection: true", "enablePurgeProtection: null")]
    [InlineData("modules/app.bicep", "properties: { allow: false }", "properties: { allow: true }")]
    public void Keyless_OneKeyAllowed_IsFound(string file, string from, string to) => Broken(file, from, to).Keyless().ShouldHaveSingleItem();

    [Theory]
    [InlineData("param a string = 'x")]
    [InlineData("var a = {\n  b: 1")]
    [InlineData("var a = [for b of c: b]")]
    [InlineData("var a = b c")]
    [InlineData("import * as a from 'b'")]
    [InlineData("resource a 'Microsoft.Web/sites' = {}")]
    public void Parser_WhatItCannotRead_IsRefused(string text) => Should.Throw<FormatException>(() => BicepParser.Parse(text));
}
