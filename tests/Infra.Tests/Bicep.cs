using System.Collections.Immutable;

namespace SyncFunctions.Infra.Tests;

/// <summary>One declaration of a Bicep or Bicep parameters file.</summary>
/// <param name="Decorators">Names of the decorators before it.</param>
public abstract record Declaration(string Name, ImmutableArray<Expression.Call> Decorators)
{
    /// <param name="Default">Null where the value has to be given.</param>
    public sealed record Parameter(string Name, string Type, Expression? Default, ImmutableArray<Expression.Call> Decorators) : Declaration(Name, Decorators);

    public sealed record Variable(string Name, Expression Value, ImmutableArray<Expression.Call> Decorators) : Declaration(Name, Decorators);

    public sealed record Resource(string Name, string Type, string ApiVersion, Expression Body, ImmutableArray<Expression.Call> Decorators) : Declaration(Name, Decorators);

    public sealed record Module(string Name, string Path, Expression Body, ImmutableArray<Expression.Call> Decorators) : Declaration(Name, Decorators);

    public sealed record Output(string Name, Expression Value, ImmutableArray<Expression.Call> Decorators) : Declaration(Name, Decorators);

    /// <summary>The value of a parameter in a parameters file.</summary>
    public sealed record Assignment(string Name, Expression Value) : Declaration(Name, []);

    /// <summary><c>targetScope</c> and <c>using</c>.</summary>
    public sealed record Head(string Name, string Value) : Declaration(Name, []);

    public bool IsDescribed => Decorators.Any(decorator => decorator.Function == "description");

    public Expression? Content => this switch
    {
        Parameter parameter => parameter.Default,
        Variable variable => variable.Value,
        Resource resource => resource.Body,
        Module module => module.Body,
        Output output => output.Value,
        Assignment assignment => assignment.Value,
        _ => null,
    };
}

public abstract record Expression
{
    /// <param name="Parts">Literal text and, between, what is put in.</param>
    public sealed record Text(ImmutableArray<Expression> Parts) : Expression
    {
        /// <summary>Null where something is put in.</summary>
        public string? Plain => Parts is [] ? "" : Parts is [Literal { Value: string only }] ? only : null;
    }

    public sealed record Literal(object? Value) : Expression;

    public sealed record Name(string Id) : Expression;

    public sealed record Member(Expression Target, string Id) : Expression;

    public sealed record Index(Expression Target, Expression At) : Expression;

    public sealed record Call(string Function, ImmutableArray<Expression> Arguments) : Expression;

    public sealed record Object(ImmutableArray<(Expression Key, Expression Value)> Properties) : Expression
    {
        public Expression? Find(string key) => Properties.FirstOrDefault(property => KeyOf(property.Key) == key).Value;

        public static string? KeyOf(Expression key) => key switch { Name name => name.Id, Text text => text.Plain, _ => null };
    }

    public sealed record Array(ImmutableArray<Expression> Items) : Expression;

    public sealed record Loop(ImmutableArray<string> Variables, Expression Source, Expression Body) : Expression;

    public sealed record Lambda(ImmutableArray<string> Variables, Expression Body) : Expression;

    /// <param name="Else">Null for a condition on a resource.</param>
    public sealed record Choice(Expression Condition, Expression Then, Expression? Else) : Expression;

    /// <summary>Operators, of which only the operands matter here.</summary>
    public sealed record Operation(ImmutableArray<Expression> Operands) : Expression;

    /// <summary>It and all inside it.</summary>
    public IEnumerable<Expression> All() => Inner().SelectMany(inner => inner.All()).Prepend(this);

    /// <summary>Names that nothing inside it declares.</summary>
    public IEnumerable<string> FreeNames() => this switch
    {
        Name name => [name.Id],
        Loop loop => [.. loop.Source.FreeNames(), .. loop.Body.FreeNames().Except(loop.Variables)],
        Lambda lambda => lambda.Body.FreeNames().Except(lambda.Variables),
        _ => Inner().SelectMany(inner => inner.FreeNames()),
    };

    private IEnumerable<Expression> Inner() => this switch
    {
        Text text => text.Parts,
        Member member => [member.Target],
        Index index => [index.Target, index.At],
        Call call => call.Arguments,
        // A bare key is a word, not a reference.
        Object record => record.Properties.SelectMany(property => property.Key is Name ? [property.Value] : new[] { property.Key, property.Value }),
        Array array => array.Items,
        Loop loop => [loop.Source, loop.Body],
        Lambda lambda => [lambda.Body],
        Choice choice => choice.Else is null ? [choice.Condition, choice.Then] : [choice.Condition, choice.Then, choice.Else],
        Operation operation => operation.Operands,
        _ => [],
    };
}
