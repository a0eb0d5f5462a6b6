// Records what node-easywechat sends: one line of JSON a request, to stdout.
'use strict';

const http = require('node:http');
const { Work } = require('node-easywechat');

const SDK = 'node-easywechat 3.6.2';
let name = '';

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString();
    const endpoint = new URL(request.url, 'http://localhost').pathname.split('/').pop();
    if (endpoint !== 'gettoken') {
      console.log(JSON.stringify({ sdk: SDK, name, endpoint, content_type: request.headers['content-type'], body }));
    }
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ errcode: 0, errmsg: 'ok', access_token: 't', expires_in: 7200 }));
  });
});

async function recordAll(client) {
  // The SDK has one call for every endpoint; a program writes the members itself.
  async function post(called, endpoint, members) {
    name = called;
    await client.postJson(`/cgi-bin/externalcontact/${endpoint}`, members);
  }
  const add = (called, members) => post(called, 'add_contact_way', members);
  const update = (called, members) => post(called, 'update_contact_way', { config_id: '$CONFIG_ID', ...members });
  const list = (called, members) => post(called, 'list_contact_way', members);
  const get = (called, config_id) => post(called, 'get_contact_way', { config_id });

  const one = { type: 1, scene: 2, user: ['lisi'] };
  const several = { type: 2, scene: 2, user: ['lisi', 'wangwu'] };
  await add('add_one_by_code', { ...one, remark: '渠道客户', skip_verify: true, state: 'a&b|1' });
  await add('add_one_by_code_to_be_agreed', { ...one, skip_verify: false });
  await add('add_one_with_nulls', {
    ...one, style: null, remark: null, skip_verify: null, state: null, party: null, is_temp: null, expires_in: null,
    chat_expires_in: null, unionid: null, is_exclusive: null, mark_source: null, conclusions: null,
  });
  await add('add_one_with_undefined', { ...one, style: undefined, remark: undefined, conclusions: undefined });
  await add('add_one_exclusive', { ...one, is_exclusive: true, mark_source: true });
  await add('add_one_by_button', { type: 1, scene: 1, style: 3, user: ['lisi'] });
  await add('add_one_by_button_without_style', { type: 1, scene: 1, user: ['lisi'] });
  await add('add_several_by_code', { ...several, party: [2], state: 's' });
  await add('add_several_by_button', { ...several, scene: 1, style: 2 });
  // What a form posts are strings.
  await add('add_with_numbers_as_strings', { type: '2', scene: '2', user: ['lisi'], party: ['2', '3'] });
  await add('add_with_a_bool_as_string_first', { is_temp: 'true', ...one });
  await add('add_with_a_bool_as_string_before_the_user', { type: 1, scene: 2, is_temp: 'true', user: ['lisi'] });
  await add('add_with_a_bool_as_string_last', { ...one, is_temp: 'true' });
  await add('add_type_3_as_string', { ...one, type: '3' });

  const text = { content: '祝您早日康复 😀\u2028' };
  const image = { media_id: '$MEDIA_ID' };
  const link = { title: '标题', picurl: 'https://example.com/p.png', desc: '描述', url: 'https://example.com/?a=1&b=2' };
  const miniprogram = {
    title: '标题', pic_media_id: '$MEDIA_ID', appid: 'wx8bd80126147dfAAA', page: '/path/index.html',
  };
  const doctor = { type: 1, scene: 2, user: ['zhangyisheng'], is_temp: true };
  await add('add_temp_by_defaults', doctor);
  await add('add_temp_with_text', { ...doctor, expires_in: 86400, chat_expires_in: 3600, conclusions: { text } });
  await add('add_temp_with_image', { ...doctor, conclusions: { image } });
  await add('add_temp_with_link', { ...doctor, conclusions: { link } });
  await add('add_temp_with_miniprogram', { ...doctor, conclusions: { miniprogram } });
  await add('add_temp_with_text_and_nulls', { ...doctor, conclusions: { text, image: null, link: null, miniprogram: null } });
  await add('add_temp_with_image_and_link', { ...doctor, conclusions: { image, link } });
  await add('add_temp_with_empty_conclusions', { ...doctor, conclusions: {} });
  await add('add_temp_with_nulls', { ...doctor, expires_in: null, chat_expires_in: null, unionid: null, conclusions: null });
  await add('add_temp_with_times_as_strings', { ...doctor, expires_in: '86400', chat_expires_in: '3600' });
  await add('add_unknown_user', { ...one, user: ['nobody'] });
  await add('add_nobody', { type: 2, scene: 2, user: [], party: [] });
  await add('add_nothing', {});

  await update('update_remark', { remark: '新备注' });
  await update('update_user', { user: ['zhangsan'] });
  await update('update_all', { remark: '全部', skip_verify: false, state: 's2', user: ['wangwu'], party: [3], mark_source: true });
  await update('update_with_nulls', { remark: '新备注', state: null, user: null, party: null, conclusions: null });
  await update('update_to_nobody', { user: [], party: [] });
  await update('update_conclusions_of_temp', { conclusions: { text, link } });
  await update('update_dead_temp', { remark: '新备注' });

  await get('get_one_by_code', '$CONFIG_ID');
  await get('get_temp', '$CONFIG_ID');
  await get('get_unknown', '0123456789abcdef0123456789abcdef');
  await get('get_null', null);
  await list('list_by_defaults', {});
  await list('list_first_page', { limit: 2 });
  await list('list_next_page', { cursor: '$CURSOR', limit: 2 });
  await list('list_with_nulls', { start_time: null, end_time: null, cursor: null, limit: null });
  await list('list_with_numbers_as_strings', { start_time: '1767139200', end_time: '1767225600', limit: '2' });
  await list('list_beyond_1000', { limit: 1001 });
  const pair = { userid: '$USERID', external_userid: '$EXTERNAL_USERID' };
  await post('close_temp_chat', 'close_temp_chat', pair);
  await post('close_by_another_case', 'close_temp_chat', { ...pair, userid: 'ZhangYiSheng' });
  await post('close_without_a_chat', 'close_temp_chat', pair);
  await post('close_with_nulls', 'close_temp_chat', { userid: null, external_userid: null });
  await post('del_one', 'del_contact_way', { config_id: '$CONFIG_ID' });
  await post('del_unknown', 'del_contact_way', { config_id: '0123456789abcdef0123456789abcdef' });
}

server.listen(0, '127.0.0.1', async () => {
  const baseURL = `http://127.0.0.1:${server.address().port}/`;
  const app = new Work({ corp_id: 'ww1', secret: 's', token: '', aes_key: '', http: { baseURL } });
  await recordAll(app.getClient());
  server.close();
});
