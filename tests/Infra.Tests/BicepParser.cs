using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SyncFunctions.Infra.Tests;

/// <summary>Reads as much of the Bicep language as infra/ is written in, and refuses the rest: a file that it cannot read has to be looked at.</summary>
public sealed class BicepParser
{
    private static readonly string[] _operators = ["??", "||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%"];

    private readonly string _text;
    private int _at;

    private BicepParser(string text) => _text = text;

    /// <exception cref="FormatException">It is not Bicep, or more of it than is known here.</exception>
    public static ImmutableArray<Declaration> Parse(string text)
    {
        var parser = new BicepParser(text);
        var declarations = ImmutableArray.CreateBuilder<Declaration>();
        parser.SkipLines();
        while (parser._at < text.Length)
        {
            declarations.Add(parser.ParseDeclaration());
            if (!parser.AtEndOfLine()) throw parser.Wrong("more on the line than belongs to it");
            parser.SkipLines();
        }

        return declarations.ToImmutable();
    }

    private Declaration ParseDeclaration()
    {
        var decorators = ImmutableArray.CreateBuilder<Expression.Call>();
        while (Take("@"))
        {
            if (ParsePrimary() is not Expression.Call decorator) throw Wrong("a decorator is a call");
            decorators.Add(decorator);
            SkipLines();
        }

        var found = decorators.ToImmutable();
        switch (Word())
        {
            case "targetScope":
                Need("=");
                return new Declaration.Head("targetScope", PlainText());
            case "using":
                return new Declaration.Head("using", PlainText());
            case "param":
                var parameter = Word();
                if (Take("=")) return new Declaration.Assignment(parameter, ParseExpression());
                var type = Word();
                return new Declaration.Parameter(parameter, type, Take("=") ? ParseExpression() : null, found);
            case "var":
                var variable = Word();
                Need("=");
                return new Declaration.Variable(variable, ParseExpression(), found);
            case "output":
                var output = Word();
                Word();
                Need("=");
                return new Declaration.Output(output, ParseExpression(), found);
            case "resource":
                var (resource, of) = (Word(), PlainText().Split('@'));
                Need("=");
                return of is [var kind, var version] ? new Declaration.Resource(resource, kind, version, ParseBody(), found) : throw Wrong("a resource's type has one version");
            case "module":
                var (module, path) = (Word(), PlainText());
                Need("=");
                return new Declaration.Module(module, path, ParseBody(), found);
            case var other:
                throw Wrong($"'{other}' begins no declaration that is known here");
        }
    }

    private Expression ParseBody()
    {
        if (!TakeWord("if")) return ParseExpression();
        Need("(");
        var condition = ParseExpression();
        Need(")");
        return new Expression.Choice(condition, ParseExpression(), null);
    }

    private Expression ParseExpression()
    {
        var first = ParseUnary();
        var operands = new List<Expression> { first };
        while (_operators.Any(Take)) operands.Add(ParseUnary());
        var value = operands.Count == 1 ? first : new Expression.Operation([.. operands]);
        if (!Take("?")) return value;
        SkipLines();
        var then = ParseExpression();
        SkipLines();
        Need(":");
        SkipLines();
        return new Expression.Choice(value, then, ParseExpression());
    }

    private Expression ParseUnary()
    {
        if (Ahead("!") && !Ahead("!="))
        {
            Need("!");
            return new Expression.Operation([ParseUnary()]);
        }

        var value = ParsePrimary();
        while (true)
        {
            // What follows a value follows it without a blank.
            if (Here(".?") || Here("."))
            {
                _at += Here(".?") ? 2 : 1;
                var member = Word();
                value = Here("(") ? new Expression.Call(member, [value, .. Arguments()]) : new Expression.Member(value, member);
            }
            else if (Here("["))
            {
                Need("[");
                var index = ParseExpression();
                Need("]");
                value = new Expression.Index(value, index);
            }
            else if (Here("!") && !Here("!="))
            {
                Need("!");
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParsePrimary()
    {
        if (Take("{")) return ParseObject();
        if (Take("[")) return ParseArray();
        if (Ahead("'")) return ParseText();
        if (Take("("))
        {
            var inner = ParseExpression();
            Need(")");
            return inner;
        }

        var word = Word();
        if (word is "true" or "false" or "null") return new Expression.Literal(word is "null" ? null : word is "true");
        if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return new Expression.Literal(number);
        if (Here("(")) return new Expression.Call(word, Arguments());
        return Take("=>") ? new Expression.Lambda([word], ParseExpression()) : new Expression.Name(word);
    }

    private Expression.Object ParseObject()
    {
        var properties = ImmutableArray.CreateBuilder<(Expression, Expression)>();
        while (!TakeEnd("}"))
        {
            Expression key = Ahead("'") ? ParseText() : new Expression.Name(Word());
            Need(":");
            properties.Add((key, ParseExpression()));
        }

        return new Expression.Object(properties.ToImmutable());
    }

    private Expression ParseArray()
    {
        SkipLines();
        if (TakeWord("for"))
        {
            var variables = ImmutableArray.CreateBuilder<string>();
            if (Take("("))
            {
                variables.Add(Word());
                Need(",");
                variables.Add(Word());
                Need(")");
            }
            else
            {
                variables.Add(Word());
            }

            if (!TakeWord("in")) throw Wrong("a loop is over something");
            var source = ParseExpression();
            Need(":");
            var body = ParseBody();
            return TakeEnd("]") ? new Expression.Loop(variables.ToImmutable(), source, body) : throw Wrong("a loop has one body");
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        while (!TakeEnd("]")) items.Add(ParseExpression());
        return new Expression.Array(items.ToImmutable());
    }

    private ImmutableArray<Expression> Arguments()
    {
        Need("(");
        var arguments = ImmutableArray.CreateBuilder<Expression>();
        while (!TakeEnd(")")) arguments.Add(ParseExpression());
        return arguments.ToImmutable();
    }

    private Expression.Text ParseText()
    {
        Need("'");
        if (Here("''")) throw Wrong("text of several lines is not known here");
        var (parts, text) = (ImmutableArray.CreateBuilder<Expression>(), new StringBuilder());
        while (!Here("'"))
        {
            if (_at >= _text.Length || Peek() == '\n') throw Wrong("text has an end");
            if (Here("${"))
            {
                _at += 2;
                AddText();
                parts.Add(ParseExpression());
                Need("}");
                continue;
            }

            if (Here("\\")) _at++;
            text.Append(_text[_at++]);
        }

        _at++;
        AddText();
        return new Expression.Text(parts.ToImmutable());

        void AddText()
        {
            if (text.Length > 0) parts.Add(new Expression.Literal(text.ToString()));
            text.Clear();
        }
    }

    private string PlainText() => ParseText().Plain ?? throw Wrong("nothing may be put into this text");

    private char Peek() => _text[_at];

    private bool Here(string token) => string.CompareOrdinal(_text, _at, token, 0, token.Length) == 0;

    private bool Ahead(string token)
    {
        SkipBlanks();
        return Here(token);
    }

    private bool Take(string token)
    {
        if (!Ahead(token)) return false;
        _at += token.Length;
        return true;
    }

    private void Need(string token)
    {
        if (!Take(token)) throw Wrong($"'{token}' is missing");
    }

    /// <summary>The end of a list, whose items are on lines of their own or between commas.</summary>
    private bool TakeEnd(string token)
    {
        SkipLines();
        while (Take(",")) SkipLines();
        return Take(token);
    }

    private bool TakeWord(string word)
    {
        var before = _at;
        SkipBlanks();
        if (_at < _text.Length && char.IsAsciiLetter(Peek()) && Word() == word) return true;
        _at = before;
        return false;
    }

    private string Word()
    {
        SkipBlanks();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(Peek()) || Peek() == '_')) _at++;
        return _at > start ? _text[start.._at] : throw Wrong("a word is missing");
    }

    private bool AtEndOfLine()
    {
        SkipBlanks();
        return _at >= _text.Length || Peek() is '\n' or '\r';
    }

    private void SkipLines()
    {
        do SkipBlanks();
        while (_at < _text.Length && Peek() is '\n' or '\r' && ++_at > 0);
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && Peek() is ' ' or '\t') _at++;
        if (!Here("//")) return;
        while (_at < _text.Length && Peek() != '\n') _at++;
    }

    private FormatException Wrong(string what) => new($"Line {_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1}: {what}.");
}
