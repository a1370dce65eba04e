import { describe, expect, it } from 'vitest';
import { renderText, renderValue } from './render.ts';

const strict = { goTemplate: true, goTemplateOptions: ['missingkey=error'] };

describe('renderText of a Go template', () => {
  it.each([
    ['a field', '{{ .a.b }}', { a: { b: 'x' } }, 'x'],
    ['a choice', '{{ if .a }}A{{ else if .b }}B{{ else }}C{{ end }}', { a: false, b: true }, 'B'],
    ['a range with index', '{{ range $i, $e := .l }}{{ $i }}={{ $e }};{{ end }}', { l: ['a', 'b'] }, '0=a;1=b;'],
    [
      'a range over a map, sorted',
      '{{ range $k, $v := .m }}{{ $k }}{{ $v }}{{ end }}',
      { m: { b: '2', a: '1' } },
      'a1b2',
    ],
    [
      'a range that is left',
      '{{ range .l }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }}',
      { l: ['a', 'b', 'c'] },
      'a',
    ],
    ['an empty range', '{{ range .l }}x{{ else }}none{{ end }}', { l: [] }, 'none'],
    ['a variable that is set in a block', '{{ $x := "1" }}{{ if true }}{{ $x = "2" }}{{ end }}{{ $x }}', {}, '2'],
    ['trimmed spaces', 'a {{- /* no */ -}} b', {}, 'ab'],
    ['a template of its own', '{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" .a }}', { a: 'x' }, '<x>'],
    ['a float from JSON', '{{ .n }} {{ .m }}', { n: 3, m: 1234567 }, '3 1.234567e+06'],
    ['integers', '{{ add 1 2 | mul 2 }} {{ len .s }}', { s: 'abc' }, '6 3'],
    ['what is empty', '{{ default "d" .e }} {{ coalesce .e "c" }} {{ empty .e }}', { e: '' }, 'd c true'],
    ['an element by name', '{{ index .m "a-b" }}', { m: { 'a-b': 'x' } }, 'x'],
    ['lists', '{{ list "b" "a" | sortAlpha | join "," }} {{ last (list 1 2) }}', {}, 'a,b 2'],
    ['dictionaries', '{{ dig "a" "b" "none" . }} {{ get (dict "k" "v") "k" }}', { a: { b: 'x' } }, 'x v'],
    ['text', '{{ "Ab c" | lower | replace " " "-" | trunc 3 | quote }}', {}, '"ab-"'],
    ['a pattern', '{{ regexReplaceAll "v(\\\\d+)" .v "n${1}" }}', { v: 'v12' }, 'n12'],
    ['documents', '{{ (fromYaml .y).a }} {{ toJson .m }}', { y: 'a: 1', m: { b: ['x'] } }, '1 {"b":["x"]}'],
    ['versions', '{{ semverCompare "^1.2" "1.10.0" }} {{ semverCompare "~1.2" "1.3.0" }}', {}, 'true false'],
    ['names', '{{ normalize "A_b/C" }} {{ slugify 10 "Feature/long name" }}', {}, 'a-b-c feature-lo'],
    ['names cut between words', '{{ slugify 10 true "Feature/long name" }}', {}, 'feature'],
    ['a format', '{{ printf "%s-%03d" .a 7 }}', { a: 'x' }, 'x-007'],
  ])('renders %s', (...[, template, parameters, expected]) => {
    expect(renderText(template, parameters, strict)).toBe(expected);
  });

  it.each([
    ['a missing key', '{{ .a.b }}', 'map has no entry for key "a"'],
    ['a function that there is not', '{{ env "HOME" }}', 'function "env" not defined'],
    ['an action that does not end', '{{ .a', 'unclosed action'],
    ['a block that does not end', '{{ if true }}x', 'unexpected EOF'],
    ['a variable that nobody declared', '{{ $x }}', 'undefined variable "$x"'],
    ['a demand to fail', '{{ fail "no" }}', 'error calling fail: no'],
    ['types that cannot be compared', '{{ eq 1 "1" }}', 'incompatible types for comparison'],
    ['a pattern that could take for ever', '{{ regexMatch "(a+)+b" "aaaa" }}', 'error parsing regexp: not allowed'],
    ['a text beyond measure', '{{ repeat 100000000 "ab" }}', 'the text would be too large'],
    ['a loop beyond measure', '{{ range until 100000 }}{{ end }}', 'the list would be too long'],
    [
      'templates that call themselves',
      '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}',
      'maximum template depth',
    ],
    ['an option that there is not', '{{ . }}', 'unrecognized option: nope', ['nope']],
  ])('refuses %s', (...[, template, message, goTemplateOptions = strict.goTemplateOptions]) => {
    expect(() => renderText(template, {}, { goTemplate: true, goTemplateOptions })).toThrow(message);
  });

  it('writes <no value> for a missing key unless told that it is an error', () => {
    expect(renderText('{{ .a.b }}', {}, { goTemplate: true })).toBe('<no value>');
  });

  it('does not let a template change the parameters', () => {
    const parameters = { m: { a: '1' } };

    expect(renderText('{{ $_ := set .m "a" "2" }}{{ .m.a }}', parameters, strict)).toBe('2');
    expect(parameters).toEqual({ m: { a: '1' } });
  });
});

describe('renderText of a plain template', () => {
  it.each([
    ['{{one}}{{ one }}', 'twotwo'],
    ['{{ unknown }}', '{{ unknown }}'],
    ['}} {{', '}} {{'],
    ['{{ .one }}', '{{ .one }}'],
  ])('renders %j as %j', (template, expected) => {
    expect(renderText(template, { one: 'two' }, { goTemplate: false })).toBe(expected);
  });
});

describe(renderValue, () => {
  it('renders names and texts at any depth and leaves everything else', () => {
    const value = { 'a-{{k}}': ['{{v}}', 1, null, { b: true }] };

    expect(renderValue(value, { k: 'x', v: 'y' }, { goTemplate: false })).toEqual({
      'a-x': ['y', 1, null, { b: true }],
    });
  });
});
